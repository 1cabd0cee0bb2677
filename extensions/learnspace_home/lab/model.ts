/** The state of Home: one reading of the other features. */
import { Loader } from '../../learnspace_core/lab/loader';
import type { ILearnspace, IPanelModel } from '../../learnspace_core/lab/tokens';
import type { IMe } from '../../learnspace_core/lab/types';
import type { IHome, IToGrade } from './types';

export class HomeModel implements IPanelModel {
  constructor(readonly learnspace: ILearnspace) {
    this.home = new Loader(() => learnspace.request<IHome>('home'));
    this.me = new Loader(() => learnspace.me());
  }

  readonly home: Loader<IHome>;
  readonly me: Loader<IMe>;

  /** Whether the reader teaches a course. */
  get teaches(): boolean {
    return (this.me.value?.teaches.length ?? 0) > 0;
  }

  /** Whether the reader manages a school. */
  get manages(): boolean {
    return (this.me.value?.manages.length ?? 0) > 0;
  }

  /** The address of a page outside JupyterLab, such as `people` or `courses`. */
  pageUrl(name: string): string {
    return `${(this.me.value?.public_url ?? '').replace(/\/$/, '')}/services/learnspace/${name}`;
  }

  refresh(): void {
    void this.home.load();
    void this.me.load();
  }

  select(): void {
    // Home is one page: there is nothing to choose in it.
  }

  /** Open an assignment of one's class where something waits. */
  teach(one: IToGrade): void {
    const submissions = one.to_look_at + one.to_grade + one.to_mark + one.to_return;
    void this.learnspace.execute('learnspace:open-teach', {
      assignment: `${one.course}/${one.name}`,
      tab: submissions > 0 ? 'submissions' : 'messages'
    });
  }

  /** Open what a row of Home names: a resource by id, an assignment by course/name, a course's resources. */
  open(kind: string, target: string): void {
    const { learnspace } = this;
    switch (kind) {
      case 'resource':
        void learnspace.execute('learnspace:open-resources', { resource: target });
        break;
      case 'course':
        void learnspace.execute('learnspace:open-resources', { course: target });
        break;
      default:
        void learnspace.execute('learnspace:open-assignments', { assignment: target });
    }
  }
}
