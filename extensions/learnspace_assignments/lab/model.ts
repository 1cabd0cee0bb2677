/** The state of Assignments: which are there, and what is done with the open one. */
import { Loader } from '../../learnspace_core/lab/loader';
import type { ILearnspace, IPanelModel } from '../../learnspace_core/lab/tokens';
import { LearnerWork } from './learnerwork';
import type { IDesk } from './tokens';
import type { IAssignment } from './types';

export class AssignmentsModel implements IPanelModel {
  constructor(
    readonly learnspace: ILearnspace,
    desk: IDesk
  ) {
    this.mine = new Loader(() => learnspace.request<IAssignment[]>('assignments'));
    this.learner = new LearnerWork(learnspace, desk, this.mine);
  }

  readonly mine: Loader<IAssignment[]>;
  readonly learner: LearnerWork;

  refresh(): void {
    void this.mine.load();
    void this.learner.outbox.load();
    this.learner.talk.refresh();
  }

  select(args: Record<string, string>): void {
    if (args.assignment) {
      this.learner.open(args.assignment);
    }
  }
}
