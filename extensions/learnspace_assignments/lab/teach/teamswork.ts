/** The teams of one assignment, for its teacher to form: one change at a time, and the last one taken back. */
import { segments } from '../../../learnspace_core/lab/api';
import { Loader } from '../../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { ITaughtTeams, ITeam, ITeamMember } from '../types';
import { Changes } from './settingswork';

export class TeamsWork extends Changes {
  constructor(
    learnspace: ILearnspace,
    private readonly course: string,
    private readonly name: string
  ) {
    super(learnspace);
    this.held = new Loader(() => learnspace.request<ITaughtTeams>(this._path));
  }

  readonly held: Loader<ITaughtTeams>;
  /** Who was taken out last, until something else is done. */
  takenOut: { team: ITeam; member: ITeamMember } | null = null;

  make(name: string): Promise<boolean> {
    return this._do('made', () => this.learnspace.send('POST', this._path, { name }));
  }

  form(size: number, name: string): Promise<boolean> {
    return this._do('formed', () =>
      this.learnspace.send('POST', `${this._path}/random`, { size, name })
    );
  }

  rename(team: ITeam, name: string): Promise<boolean> {
    return this._do('renamed', () => this.learnspace.send('PUT', this._of(team.id), { name }));
  }

  remove(team: ITeam): Promise<boolean> {
    return this._do('removed', () => this.learnspace.send('DELETE', this._of(team.id)));
  }

  putIn(team: string, username: string): Promise<boolean> {
    return this._do('put_in', () => this.learnspace.send('PUT', this._of(team, username)));
  }

  async takeOut(team: ITeam, member: ITeamMember): Promise<boolean> {
    const done = await this._do('taken_out', () =>
      this.learnspace.send('DELETE', this._of(team.id, member.username))
    );
    this.takenOut = done ? { team, member } : null;
    this.changed.emit();
    return done;
  }

  async undo(): Promise<void> {
    if (this.takenOut) {
      await this.putIn(this.takenOut.team.id, this.takenOut.member.username);
    }
  }

  private _do(done: string, work: () => Promise<unknown>): Promise<boolean> {
    this.takenOut = null;
    return this.change(done, async () => {
      try {
        await work();
      } finally {
        // Also after a refusal: somebody else may have changed the teams meanwhile.
        await this.held.load();
      }
    });
  }

  private _of(team: string, username?: string): string {
    const member = username === undefined ? '' : `/members/${segments(username)}`;
    return `${this._path}/${segments(team)}${member}`;
  }

  private get _path(): string {
    return `teach/${segments(this.course, this.name)}/teams`;
  }
}
