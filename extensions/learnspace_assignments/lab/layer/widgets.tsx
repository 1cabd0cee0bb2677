/** The views of the layer: the strip that turns it on, the summary above the first cell, a note below a cell. */
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { useChanges } from '../../../learnspace_core/lab/components';
import { exactTime, points } from '../../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import { Summary } from '../feedback';
import { Repairs } from '../repairs';
import type { FeedbackLayer } from './layer';
import type { INote } from './notes';

/** Between the toolbar and the notebook: how many points, and the one button. */
export class Strip extends ReactWidget {
  constructor(private readonly layer: FeedbackLayer) {
    super();
    this.addClass('ls-Layer');
    this.addClass('ls-Strip');
  }

  render(): JSX.Element {
    return <StripView layer={this.layer} />;
  }
}

/** Above the first cell: what went well, and the way to each question. */
export class Top extends ReactWidget {
  constructor(private readonly layer: FeedbackLayer) {
    super();
    besideACell(this);
  }

  render(): JSX.Element {
    return <TopView layer={this.layer} />;
  }
}

/** Below a cell: its points, what a person wrote, what the tests said. */
export class Beside extends ReactWidget {
  constructor(
    private readonly note: INote,
    private readonly learnspace: ILearnspace
  ) {
    super();
    besideACell(this);
  }

  render(): JSX.Element {
    return <NoteView note={this.note} learnspace={this.learnspace} />;
  }
}

function besideACell(widget: ReactWidget): void {
  widget.addClass('ls-Layer');
  widget.addClass('ls-Beside');
  // Keys pressed on a button in here are not meant for the notebook around it.
  widget.node.setAttribute('data-lm-suppress-shortcuts', 'true');
  // A double click selects a word, and does not open the text cell above for editing.
  widget.node.addEventListener('dblclick', event => event.stopPropagation());
}

function StripView({ layer }: { layer: FeedbackLayer }): JSX.Element {
  useChanges(layer.changed);
  const { trans, locale } = layer.learnspace;
  const { marks } = layer.found;
  const beside = layer.placed.length;
  return (
    <section aria-label={trans.__('Feedback')}>
      <span className="ls-Strip-points">
        {trans.__(
          'Feedback: %1 of %2',
          points(marks.score, locale),
          points(marks.max_score, locale)
        )}
      </span>
      <button className="ls-Button" onClick={() => layer.toggle()}>
        {layer.shown ? trans.__('Hide it') : trans.__('Show it beside my cells')}
      </button>
      <span role="status" className="ls-Heard">
        {layer.shown
          ? trans._n('Shown beside %1 cell.', 'Shown beside %1 cells.', beside)
          : layer.wasShown && trans.__('Feedback is hidden.')}
      </span>
    </section>
  );
}

function TopView({ layer }: { layer: FeedbackLayer }): JSX.Element {
  useChanges(layer.changed);
  const { learnspace, found, lost } = layer;
  const { trans, locale } = learnspace;
  const id = React.useId();
  const at = exactTime(new Date(found.submission.received_at), locale);
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{trans.__('Feedback')}</h2>
      <Summary marks={found.marks} learnspace={learnspace} />
      <p className="ls-Muted">
        {trans.__('This is about what you handed in %1.', at)}{' '}
        {layer.since === 'changed' && trans.__('Your notebook has changed since then.')}
        {layer.since === 'unknown' && trans.__('Your notebook may have changed since then.')}{' '}
        {found.newer && trans.__('A newer version is with your teacher.')}
      </p>
      <ul className="ls-Ways" aria-label={trans.__('Questions')}>
        {layer.placed
          .filter(note => note.points)
          .map(note => (
            <li key={note.id}>
              <Sign note={note} />
              <button className="ls-Way" onClick={() => void layer.goTo(note)}>
                {note.name}
              </button>
              <span className="ls-Muted">
                <Points note={note} learnspace={learnspace} />
              </span>
            </li>
          ))}
      </ul>
      <Repairs repairs={found.marks.repairs} learnspace={learnspace} />
      {lost.length > 0 && (
        <>
          <h3>{trans.__('About cells that are not in your notebook any more')}</h3>
          {lost.map(note => (
            <NoteView key={note.id} note={note} learnspace={learnspace} named />
          ))}
        </>
      )}
    </section>
  );
}

function NoteView(props: { note: INote; learnspace: ILearnspace; named?: boolean }): JSX.Element {
  const { note, learnspace, named } = props;
  const { trans } = learnspace;
  return (
    <div
      className={`ls-Note ls-mod-${kindOf(note)}`}
      role="note"
      aria-label={trans.__('Feedback: %1', note.name)}
    >
      {named && <p className="ls-Note-name">{note.name}</p>}
      {note.points && (
        <p className="ls-Points">
          <Sign note={note} /> <Points note={note} learnspace={learnspace} />
        </p>
      )}
      {note.comment && (
        <>
          {note.byTeacher && <p className="ls-Muted">{trans.__('Your teacher says:')}</p>}
          <p className="ls-Said" dir="auto">
            {note.comment}
          </p>
        </>
      )}
      {note.messages.length > 0 && (
        <ul className="ls-Note-messages" aria-label={trans.__('What the tests said')}>
          {note.messages.map(message => (
            <li key={message} className="ls-Said" dir="auto">
              {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const SIGNS = { full: '✓', part: '◐', none: '○', words: '' };

function kindOf({ points }: INote): keyof typeof SIGNS {
  if (!points) {
    return 'words';
  }
  return points.score >= points.max ? 'full' : points.score > 0 ? 'part' : 'none';
}

/** Says with a sign what the colour beside it says. */
function Sign({ note }: { note: INote }): JSX.Element {
  return <span aria-hidden="true">{SIGNS[kindOf(note)]}</span>;
}

function Points({ note, learnspace }: { note: INote; learnspace: ILearnspace }): JSX.Element {
  const { trans, locale } = learnspace;
  if (!note.points) {
    return <></>;
  }
  const { score, max } = note.points;
  return <>{trans._n('%2 of %1 point', '%2 of %1 points', max, points(score, locale))}</>;
}
