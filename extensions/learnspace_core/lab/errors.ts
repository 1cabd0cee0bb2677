/** The one error of the panels, and what it says to a reader. */
import type { TranslationBundle } from '@jupyterlab/translation';

/** A request that failed: `code` is stable, `message` says what to do next. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number
  ) {
    super(message);
    this.name = 'RequestError';
  }
}

/** The codes of states that pass by themselves: the panels ask again without being told to. */
const PASSING = [
  'service_unreachable',
  'space_unreachable',
  'hub_unreachable',
  'preview_not_ready'
];

export function passesByItself(error: RequestError): boolean {
  return PASSING.includes(error.code);
}

/** Return any thrown value as a RequestError. */
export function asRequestError(reason: unknown): RequestError {
  if (reason instanceof RequestError) {
    return reason;
  }
  return new RequestError(
    'unexpected',
    reason instanceof Error ? reason.message : String(reason),
    0
  );
}

/** Say an error in the reader's language; codes without words of ours keep the server's message. */
export function explain(error: RequestError, trans: TranslationBundle): string {
  switch (error.code) {
    case 'service_unreachable':
      return trans.__(
        'The platform cannot be reached just now. Your files are safe in your space. This page tries again by itself.'
      );
    case 'space_unreachable':
      return trans.__(
        'Your space does not answer just now. Keep this page open; it tries again by itself.'
      );
    case 'preview_not_ready':
      return trans.__('The preview is being made. It is here in a few seconds.');
    case 'not_in_a_space':
      return trans.__('This works only in a space that Learnspace started.');
    case 'no_files':
      return trans.__('There is no file to hand in. Get the assignment first.');
    case 'forbidden':
      return trans.__('You may not do this. Ask your teacher or the manager of your school.');
    case 'not_returned':
      return trans.__('There is no feedback yet. Your teacher has not returned it.');
    case 'closed':
      return trans.__('This has closed. Ask your teacher for more time.');
    case 'late_not_taken':
      return trans.__(
        'This was due already, and late work is not taken. Ask your teacher for more time.'
      );
    case 'no_attempts_left':
      return trans.__('All attempts are used. What you handed in last counts.');
    case 'practice_used_up':
      return trans.__('All checks of the last 24 hours are used. You can hand in at any time.');
    case 'practice_runs':
      return trans.__('The grader is checking your work already. Wait for its result.');
    case 'no_practice':
      return trans.__(
        'Your teacher does not offer this check. Use Check, which runs in your space.'
      );
    case 'no_team':
      return trans.__(
        'This is handed in by a team, and you are in none. Join one or ask your teacher, then hand in.'
      );
    case 'no_signup':
      return trans.__('Your teacher puts the teams together. Ask your teacher for a change.');
    case 'in_a_team':
      return trans.__('You are in a team already. Leave it first.');
    case 'team_full':
      return trans.__('This team is full. Choose another one.');
    case 'team_name_taken':
      return trans.__('Another team has this name. Choose another name.');
    case 'team_handed_in':
      return trans.__(
        'This team has handed in, so learners neither join nor leave it, and it stays. Teachers can still put somebody in or take somebody out.'
      );
    case 'no_teams':
      return trans.__('This is handed in alone now. Load the page again.');
    case 'no_solution_yet':
      return trans.__('The solution is not shown yet. Ask your teacher when it is.');
    case 'not_graded':
      return trans.__('This has not been graded yet. Grade it first.');
    case 'needs_marks':
      return trans.__(
        'Some answers have no mark yet, so their feedback stays here. Mark them by hand, then return it.'
      );
    case 'graded_meanwhile':
      return trans.__(
        'Some work was graded at the moment it was to go back, and stays here. Look at it, then return it. (%1)',
        error.message
      );
    case 'hub_unreachable':
      return trans.__('The sign-in cannot be checked just now. This page tries again by itself.');
    case 'not_fetched':
    case 'no_notebook':
      return trans.__('The notebook is not in your files. Get the assignment again.');
    case 'changed_while_handing_in':
      return trans.__(
        'Your work changed while it was handed in. An older version arrived; hand in once more.'
      );
    case 'not_saved':
      return trans.__(
        '%1 could not be saved, so nothing was handed in. Save it yourself, then hand in.',
        error.message
      );
    case 'open_twice':
      return trans.__(
        '%1 is open twice, with different changes. Close one of the two, then hand in.',
        error.message
      );
    case 'withdrawn':
      return trans.__('You withdrew this hand-in. You can hand in again at any time.');
    case 'outbox_full':
      return trans.__(
        'The platform cannot be reached, and no more work can wait in your space. Your files are safe: withdraw something that waits, or hand in again later.'
      );
    case 'outbox_damaged':
      return trans.__('The copy that waited in your space is damaged. Hand in once more.');
    case 'too_large_to_show':
      return trans.__('This is too large to be shown here. Bring it back and open it.');
    case 'not_a_regular_file':
      return trans.__(
        'A link, or something that is no file, cannot be handed in. Put a copy of the file in its place. (%1)',
        error.message
      );
    case 'bad_path':
      return trans.__('A file has a name that cannot be used. Rename it. (%1)', error.message);
    case 'assignment_exists':
      return trans.__(
        'Learners of this course have an assignment whose name differs only in case or in form. On many disks the two are one folder. Give the new one another name. (%1)',
        error.message
      );
    case 'assignment_known':
      return trans.__(
        'The course has, or had, an assignment of this name, or of one that looks the same. Choose another short name. (%1)',
        error.message
      );
    case 'file_exists':
      return trans.__(
        'A file has a name that differs only in case or in form from the one that learners have. Give it its old name, or quite another. (%1)',
        error.message
      );
    case 'too_large':
      return trans.__('This is more than may be handed in. (%1)', error.message);
    case 'damaged_download':
      return trans.__('A file did not arrive whole. Nothing was changed; try again.');
    case 'course_exists':
      return trans.__('There is a course with this short name already. Choose another.');
    case 'last_teacher':
      return trans.__('A course needs a teacher. Add another one first, then remove this one.');
    case 'nobody_called_so':
      return trans.__(
        'Nobody here has this username. Check the spelling; new people come by a class list.'
      );
    case 'bad_list':
      return trans.__(
        'Nobody was added. Correct these lines and try again:\n%1',
        error.message.split('\n').slice(1).join('\n')
      );
    case 'too_many_messages':
      return trans.__(
        'You have sent many messages within an hour. Wait a while, then send this one again.'
      );
    case 'changed_meanwhile':
      return trans.__('Your files or the update changed meanwhile. Nothing was done; look again.');
    case 'no_update':
      return trans.__('You have the newest version already.');
    case 'nothing_to_undo':
    case 'undo_damaged':
      return trans.__('There is no update to undo, or its copy is gone. Nothing was changed.');
    case 'report_stale':
      return trans.__(
        'Somebody handed in, was marked, or the assignment changed since this table was made. Nothing was changed; regrade again.'
      );
    case 'disk_full':
      return trans.__(
        'There is no room left for the file; nothing was changed. Tell your teacher.'
      );
    case 'internal_error':
      return trans.__(
        'Something went wrong on the platform. Try again; if it stays, quote the code.'
      );
    default:
      return error.message;
  }
}
