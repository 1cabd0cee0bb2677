/** A learner's talk with their teachers about one assignment. */
import { Signal } from '@lumino/signaling';

import { segments } from '../../learnspace_core/lab/api';
import { asRequestError, type RequestError } from '../../learnspace_core/lab/errors';
import { Loader } from '../../learnspace_core/lab/loader';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IAskedQuestion, IMessage } from './classtypes';
import type { Progress } from './progress';

export class TalkWork {
  constructor(
    private readonly learnspace: ILearnspace,
    progress: Progress
  ) {
    this.messages = new Loader(() => learnspace.request<IMessage[]>(this._path));
    this.asked = new Loader(() => progress.asked(this._one));
  }

  readonly changed = new Signal<this, void>(this);
  readonly messages: Loader<IMessage[]>;
  /** The questions that one can ask about. */
  readonly asked: Loader<IAskedQuestion[]>;
  sending = false;
  error: RequestError | null = null;

  /** Go to the talk about an assignment. */
  open(one: { course: string; name: string }): void {
    this._one = { course: one.course, name: one.name };
    this.error = null;
    this.messages.clear();
    this.asked.clear();
    void this.messages.load();
    void this.asked.load();
  }

  close(): void {
    this._one = { course: '', name: '' };
    this.messages.clear();
  }

  /** Look whether somebody answered. */
  refresh(): void {
    if (this._one.name) {
      void this.messages.load();
    }
  }

  /** Send a message; returns whether it arrived. */
  async send(text: string, question: string): Promise<boolean> {
    if (this.sending) {
      return false;
    }
    this.sending = true;
    this.error = null;
    this.changed.emit();
    try {
      await this.learnspace.send('POST', this._path, { text, question });
      await this.messages.load();
    } catch (reason) {
      this.error = asRequestError(reason);
    }
    this.sending = false;
    this.changed.emit();
    return this.error === null;
  }

  private get _path(): string {
    return `assignments/${segments(this._one.course, this._one.name)}/messages`;
  }

  private _one = { course: '', name: '' };
}
