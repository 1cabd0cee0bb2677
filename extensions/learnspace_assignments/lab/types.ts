/** The words of the assignment flow on the wire; they mirror learnspace_assignments/models.py. */
import type { IFileEntry, IJob } from '../../learnspace_core/lab/types';

export type LearnerState = 'not_started' | 'working' | 'handed_in' | 'returned';
export type SubmissionState =
  'handed_in' | 'grading' | 'needs_marks' | 'graded' | 'returned' | 'withheld';

export interface IQuestion {
  notebook: string;
  id: string;
  /** The heading above the cell; empty if there is none. */
  title: string;
  score: number;
  max_score: number;
  manual: boolean;
  needs_mark: boolean;
  comment: string;
  /** What its tests said that did not pass. */
  messages: string[];
}

/** What was written about an answer whose points are given for the tests below it. */
export interface IRemark {
  notebook: string;
  id: string;
  title: string;
  comment: string;
}

export interface IMarks {
  /** What is left after the penalty. */
  score: number;
  max_score: number;
  /** The points that being late cost. */
  penalty: number;
  questions: IQuestion[];
  /** What was mended in the notebooks before they were graded. */
  repairs: IRepair[];
  remarks: IRemark[];
}

export interface IRepair {
  kind:
    | 'signs'
    | 'marks_found'
    | 'foreign'
    | 'twins'
    | 'marks_changed'
    | 'retyped'
    | 'text_restored'
    | 'answer_missing'
    | 'brought_back'
    | 'moved';
  notebook: string;
  id: string;
  title: string;
}

export interface IReceipt {
  submission: string;
  course: string;
  assignment: string;
  username: string;
  /** The team that it was for, and the usernames it counts for; null if it was handed in alone. */
  team: string | null;
  members: string[] | null;
  received_at: string;
  /** When it began to wait in the space, as the space says; null if it did not. */
  queued_at: string | null;
  files: IFileEntry[];
  digest: string;
  public_key: string;
  signature: string;
}

export interface ISubmission {
  id: string;
  /** The name of who handed in for the team; empty for work that was handed in alone. */
  by: string;
  received_at: string;
  /** When the same bytes came again after another version, and so count again; null if they did not. */
  again_at: string | null;
  queued_at: string | null;
  late: boolean;
  state: SubmissionState;
  files: IFileEntry[];
  digest: string;
  marks: IMarks | null;
  /** Whether there is feedback that may be read. */
  feedback: boolean;
  /** What has to happen before the newest one is returned. */
  waits_for: '' | 'teacher' | 'grader' | 'due_time';
}

/** Feedback that may be read beside the cells of one notebook. */
export interface IReturned {
  /** nbgrader's name of the notebook. */
  notebook: string;
  submission: ISubmission;
  marks: IMarks;
  /** The SHA-256 of the notebook as it was handed in. */
  sha256: string;
  /** Its size then, in bytes. */
  size: number;
  /** The SHA-256 of what stands in its place, as the space last told. */
  now: string;
  /** Whether a newer version is with the teacher. */
  newer: boolean;
}

/** When work is graded; see GradingPolicy in learnspace_assignments/models/whengraded.py. */
export interface IGradingPolicy {
  when: 'on_demand' | 'at_due' | 'on_hand_in';
  /** Whether marks and feedback go back without a teacher. */
  returns: boolean;
}

/** The check with the grader; see PracticePolicy in learnspace_assignments/models/practice.py. */
export interface IPracticePolicy {
  tests: 'off' | 'visible' | 'hidden_too';
  per_day: number;
  tells: 'number' | 'questions' | 'messages';
}

export interface IPracticeQuestion {
  notebook: string;
  id: string;
  title: string;
  passes: boolean;
  message: string;
  /** Whether only tests that learners do not see do not pass. */
  hidden: boolean;
}

/** What a check may tell; `questions` is empty if that is only the number. */
export interface IPracticeResult {
  passing: number;
  total: number;
  questions: IPracticeQuestion[];
  /** Why a notebook could not be read or did not come to its end, as a code. */
  ended: string;
}

/** How often a learner may check still, and their newest check. */
export interface IPractice {
  policy: IPracticePolicy;
  left: number;
  next_at: string | null;
  newest: {
    id: string;
    asked_at: string;
    state: 'waiting' | 'done' | 'failed';
    result: IPracticeResult | null;
  } | null;
}

/** What happens to late work; see LatePolicy in learnspace_assignments/models/settings.py. */
export interface ILatePolicy {
  kind: 'accept' | 'penalty' | 'refuse';
  percent: number;
  per: 'day' | 'hour';
  max_percent: number;
  grace_minutes: number;
}

/** Until when and how often one learner may hand in, with all that was granted to them. */
export interface ITerms {
  opens_at: string | null;
  due_at: string | null;
  closes_at: string | null;
  /** Whether they have more time than the class. */
  extended: boolean;
  late_policy: ILatePolicy;
  attempts: number | null;
  attempts_left: number | null;
  /** Whether handing in was late when the platform was asked, by its clock, and how much of the points it cost. */
  late_now: boolean;
  late_percent_now: number;
  /** Why nothing can be handed in. */
  refusal: 'closed' | 'late_not_taken' | 'no_attempts_left' | 'no_team' | null;
}

/** A released assignment as its learner sees it, with what stands in the home; newest submission first. */
export interface IAssignment extends ITerms {
  course: string;
  course_title: string;
  name: string;
  title: string;
  state: LearnerState;
  max_score: number;
  files: IFileEntry[];
  submissions: ISubmission[];
  /** Whether the solution may be read. */
  solution: boolean;
  grading: IGradingPolicy;
  practice: IPracticePolicy;
  /** Where it stands, relative to the server's root; empty before it is fetched. */
  local_path: string;
  local_files: IFileEntry[];
  /** The newest version, and the one that the learner has; 0 before they fetched any. */
  version: number;
  fetched_version: number;
  /** A newer version than the learner has, with the teacher's words on what changed. */
  update: { number: number; note: string; released_at: string } | null;
  /** Files of the assignment that are not in the home. */
  missing: string[];
  /** How many a team may have, 1 if the work is done alone; whether learners form teams; the one's own. */
  team_size: number;
  team_signup: boolean;
  team: ITeam | null;
  /** The last update, which can be undone. */
  updated: { from_version: number; to_version: number; made_at: string } | null;
}

export interface ITeamMember {
  username: string;
  name: string;
}

export interface ITeam {
  id: string;
  name: string;
  members: ITeamMember[];
  handed_in: boolean;
}

/** A learner's team, and those that they may join. */
export interface ITeamChoice {
  size: number;
  signup: boolean;
  mine: ITeam | null;
  teams: { id: string; name: string; members: string[]; places: number; handed_in: boolean }[];
}

/** The teams of an assignment, and the learners who are in none. */
export interface ITaughtTeams {
  size: number;
  signup: boolean;
  teams: ITeam[];
  without: { username: string; name: string; section: string }[];
}

export type Choice = 'theirs' | 'mine' | 'both';
export type CellChange =
  'changed' | 'both_changed' | 'added' | 'removed' | 'removed_there' | 'removed_here' | 'moved';

/** A cell that the new version has otherwise. */
export interface ICellDifference {
  key: string;
  notebook: string;
  kind: CellChange;
  cell_type: string;
  heading: string;
  mine: string;
  theirs: string;
  counts_theirs: boolean;
  choices: Choice[];
  chosen: Choice;
}

export interface IFileDifference {
  path: string;
  kind: 'added' | 'replaced' | 'beside' | 'merged' | 'unreadable';
  place: string;
  reason: string;
}

export interface IUpdatePreview {
  from_version: number;
  to_version: number;
  note: string;
  seen: string;
  cells: ICellDifference[];
  files: IFileDifference[];
}

export interface IUpdateDone {
  version: number;
  written: string[];
  kept: string[];
}

/** A hand-in in the space's outbox: not handed in yet. */
export interface IQueued {
  id: string;
  course: string;
  assignment: string;
  queued_at: string;
  files: IFileEntry[];
  size: number;
  digest: string;
  state: 'sending' | 'waiting' | 'refused';
  sent: number;
  tries: number;
  next_try_at: string | null;
  reason: { code: string; message: string } | null;
}

/** A notebook that may be handed in, though nobody could grade it as it is. */
export interface IWarned {
  path: string;
  code: string;
}

/** What would be sent now. */
export interface IHandIn {
  files: IFileEntry[];
  size: number;
  warnings: IWarned[];
}

/** Where an older version stands now. */
export interface IBroughtBack {
  path: string;
  notebook: string;
  written: string[];
  kept: string[];
}

/** Name an assignment for people's eyes and for commands. */
export function keyOf(one: { course: string; name: string }): string {
  return `${one.course}/${one.name}`;
}

export interface IFetched {
  path: string;
  notebook: string;
  written: string[];
  kept: string[];
}

export interface ITaughtSubmission {
  id: string;
  /** The team that handed in, and whom it counts for; empty for work that was handed in alone. */
  team: string;
  members: ITeamMember[];
  username: string;
  name: string;
  received_at: string;
  /** When the same bytes came again after another version; null if they did not. */
  again_at: string | null;
  late: boolean;
  /** Whether the learner has more time than the class. */
  extended: boolean;
  state: SubmissionState;
  reason: string;
  /** The same for programs; empty for reasons of earlier versions. */
  reason_code: string;
  /** Of returned work, those that its learner has. */
  marks: IMarks | null;
  /** Those that it has by now, if they were changed since it was returned. */
  marks_since: IMarks | null;
  formgrader_id: string;
}

export interface ITaughtAssignment {
  course: string;
  course_title: string;
  name: string;
  title: string;
  /** Whether learners have it. */
  release: 'not_released' | 'scheduled' | 'open' | 'closed';
  due_at: string | null;
  learners: number;
  max_score: number;
  submissions: ITaughtSubmission[];
  /** Whether what was handed in is graded in containers. */
  isolated: boolean;
  /** Whether marks that were given by hand are being read at this moment. */
  reads_marks: boolean;
  /** Whether they could not be read the last time. */
  marks_unread: boolean;
  job: IJob | null;
}
