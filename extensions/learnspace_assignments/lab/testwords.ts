/** What tests and the grader say, in the reader's language and in plain words. */
import type { TranslationBundle } from '@jupyterlab/translation';

/** An error as the grader writes it in one line. */
const ERROR = /^([A-Z]\w*(?:Error|Exception)): ([\s\S]*)$/;

/** A line of a test, as testmessages.py names it. */
const STOPPED = /^It stopped at: ([\s\S]+)$/;
const NOT_TRUE = /^This is not true: ([\s\S]+)$/;

/** Say in plain words what a test raised. */
export function errorWords(name: string, text: string, trans: TranslationBundle): string {
  switch (name) {
    case 'AssertionError':
      return text || trans.__('One of the test’s lines is not true for your answer.');
    case 'NameError': {
      const [, missing = ''] = /name '([^']+)'/.exec(text) ?? [];
      return missing
        ? trans.__('There is no %1 yet. Its name may be written differently above.', missing)
        : text;
    }
    case 'SyntaxError':
    case 'IndentationError':
      return trans.__('Python cannot read this cell: %1', text);
    default:
      return text ? `${name}: ${text}` : name;
  }
}

/** Say the message of a test; what the grader itself wrote is known by its words (testmessages.py, execute.py). */
export function messageWords(message: string, trans: TranslationBundle): string {
  switch (message) {
    case 'A hidden test did not pass.':
      return trans.__('A hidden test did not pass.');
    case 'The test ran for too long.':
      return trans.__('The test ran for too long.');
    case 'The cell did not run.':
      return trans.__('The cell did not run.');
    case 'The time for this notebook was over before this cell ended.':
      return trans.__('The time for this notebook was over before this cell ended.');
    case 'Python stopped before this cell could run.':
      return trans.__('Python stopped before this cell could run.');
    case 'The notebook stopped the program that ran it.':
      return trans.__('The notebook stopped the program that ran it.');
    case 'The notebook wrote more output than is allowed.':
      return trans.__('The notebook wrote more output than is allowed.');
    case 'The grader has no kernel for the language of this notebook.':
      return trans.__('The grader has no kernel for the language of this notebook.');
    case 'This check passed, but not in a way that shows that the answer is right. A person has to look at it.':
      return trans.__(
        'This check passed, but not in a way that shows that the answer is right. A person has to look at it.'
      );
    case 'AssertionError':
    case 'NotImplementedError':
      return errorWords('AssertionError', '', trans);
  }
  const [, line] = STOPPED.exec(message) ?? [];
  if (line) {
    return trans.__('It stopped at: %1', line);
  }
  const [, untrue] = NOT_TRUE.exec(message) ?? [];
  if (untrue) {
    return trans.__('This is not true: %1', untrue);
  }
  const [, name, text] = ERROR.exec(message) ?? [];
  return name ? errorWords(name, text, trans) : message;
}

/** Whether nbgrader wrote a comment: it does under an answer that nobody touched. */
export function isAutomatic(comment: string): boolean {
  return comment === 'No response.';
}

export function commentWords(comment: string, trans: TranslationBundle): string {
  return isAutomatic(comment) ? trans.__('There is no answer here yet.') : comment;
}
