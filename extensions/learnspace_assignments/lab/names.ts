/** What questions are called: by their heading, and by their place below it where it has several. */
import type { TranslationBundle } from '@jupyterlab/translation';

interface IHeaded {
  notebook: string;
  id: string;
  title: string;
}

/** A heading without the number in brackets at its end: points stand in a place of their own. */
export function withoutPoints(title: string): string {
  return title.replace(/\s*[(（][^()（）]*\d[^()（）]*[)）]$/, '') || title;
}

/** Name each of the questions so that no two of a notebook have the same name. */
export function namesOf(questions: IHeaded[], trans: TranslationBundle): string[] {
  return questions.map(one => {
    if (!one.title) {
      return one.id;
    }
    const name = withoutPoints(one.title);
    const same = questions.filter(
      each => each.notebook === one.notebook && withoutPoints(each.title) === name
    );
    return same.length > 1 ? trans.__('%1, part %2', name, same.indexOf(one) + 1) : name;
  });
}
