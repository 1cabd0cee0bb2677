/** An update that is offered: what is new, one list of what differs with everything decided, *Update*, and *Undo*. */
import * as React from 'react';

import { Problem, Time, useChanges } from '../../learnspace_core/lab/components';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { IStepsProps } from './learnerwork';
import { compareLines, type ILine } from './lines';
import type { CellChange, Choice, ICellDifference, IFileDifference } from './types';

export function Update(props: IStepsProps): JSX.Element {
  const { one, learner, learnspace } = props;
  const { trans } = learnspace;
  const { updates } = learner;
  useChanges(updates.changed);
  const open = updates.isOpen(one);
  return (
    <>
      <Missing {...props} />
      <div role="status">
        {told(props).map(line => (
          <p key={line}>{line}</p>
        ))}
      </div>
      {updates.error && (
        <Problem error={updates.error} trans={trans} onRetry={() => void updates.retry(one)} />
      )}
      {open && <Preview {...props} />}
      {!open && one.update && <Offer {...props} />}
      {!open && one.updated && <Undo {...props} />}
    </>
  );
}

/** Which files are gone, and the way to get them back. */
function Missing({ one, learner, learnspace }: IStepsProps): JSX.Element {
  const { trans, locale } = learnspace;
  if (one.missing.length === 0) {
    return <></>;
  }
  return (
    <div className="ls-Card">
      <p>{trans.__('Not in your files: %1', new Intl.ListFormat(locale).format(one.missing))}</p>
      <button
        className="ls-Button"
        aria-disabled={learner.updates.busy !== null}
        onClick={() => void learner.updates.fetch(one)}
      >
        {trans.__('Fetch missing files')}
      </button>
    </div>
  );
}

function Offer({ one, learner, learnspace }: IStepsProps): JSX.Element {
  const { trans, locale } = learnspace;
  const id = React.useId();
  return (
    <section className="ls-Card" aria-labelledby={id}>
      <h3 id={id}>{trans.__('An update is offered')}</h3>
      {one.update?.note && <p className="ls-Note">{one.update.note}</p>}
      <p className="ls-Muted">
        {one.update && <Time at={one.update.released_at} locale={locale} />} ·{' '}
        {trans.__('What you wrote stays.')}
      </p>
      <button
        className="ls-Button"
        aria-disabled={learner.updates.busy !== null}
        onClick={() => void learner.updates.look(one)}
      >
        {trans.__('See what changes')}
      </button>
    </section>
  );
}

function Undo({ one, learner, learnspace }: IStepsProps): JSX.Element {
  const { trans, locale } = learnspace;
  return (
    <p className="ls-Muted">
      {trans.__('Updated')} {one.updated && <Time at={one.updated.made_at} locale={locale} />}{' '}
      <button
        className="ls-Button"
        aria-disabled={learner.updates.busy !== null}
        onClick={() => void learner.updates.undo(one)}
      >
        {trans.__('Undo the update')}
      </button>
    </p>
  );
}

function Preview(props: IStepsProps): JSX.Element {
  const { one, learner, learnspace } = props;
  const { trans } = learnspace;
  const { updates } = learner;
  const id = React.useId();
  const cells = updates.preview?.cells ?? [];
  const files = (updates.preview?.files ?? []).filter(file => file.kind !== 'merged');
  const own = cells.filter(cell => cell.chosen === 'mine').length;
  return (
    <section className="ls-Card" aria-labelledby={id}>
      <h3 id={id}>{trans.__('What the update changes')}</h3>
      {updates.preview?.note && <p className="ls-Note">{updates.preview.note}</p>}
      <p>
        {cells.length + files.length === 0
          ? trans.__('Nothing in your files changes.')
          : own > 0
            ? trans._n(
                'It is all decided for you. You wrote in %1 of the cells: yours stays unless you choose otherwise.',
                'It is all decided for you. You wrote in %1 of the cells: yours stay unless you choose otherwise.',
                own
              )
            : trans.__('It is all decided for you. No cell in which you wrote is touched.')}
      </p>
      {files.length > 0 && (
        <ul>
          {files.map(file => (
            <li key={file.path}>{fileWords(file, learnspace)}</li>
          ))}
        </ul>
      )}
      <ul className="ls-Changes">
        {cells.map(cell => (
          <li key={cell.key}>
            <Cell {...props} cell={cell} />
          </li>
        ))}
      </ul>
      <div className="ls-Buttons">
        <button
          className="ls-Button ls-mod-filled"
          autoFocus
          aria-disabled={updates.busy !== null}
          onClick={() => void updates.make(one)}
        >
          {trans.__('Update')}
        </button>
        <button className="ls-Button" onClick={() => updates.close()}>
          {trans.__('Not yet')}
        </button>
      </div>
    </section>
  );
}

/** One cell that differs: what happened, both texts, and the choice. */
function Cell(props: IStepsProps & { cell: ICellDifference }): JSX.Element {
  const { cell, learner, learnspace } = props;
  const { trans } = learnspace;
  const { updates } = learner;
  const group = React.useId();
  const [mine, theirs] = React.useMemo(() => compared(cell), [cell]);
  return (
    <fieldset className="ls-Change">
      <legend>
        {kindWord(cell.kind, learnspace)}
        {cell.heading && <span className="ls-Muted"> · {cell.heading}</span>}
      </legend>
      {shows(cell, 'mine') && <Text label={trans.__('Yours')} lines={mine} />}
      {shows(cell, 'theirs') && <Text label={trans.__('New')} lines={theirs} />}
      {cell.counts_theirs && (
        <p className="ls-Muted">
          {trans.__('In grading the new version of this cell counts, whatever you choose.')}
        </p>
      )}
      <div className="ls-Buttons">
        {cell.choices.map(choice => (
          <label key={choice} className="ls-Choice">
            <input
              type="radio"
              name={group}
              checked={updates.chosen(cell) === choice}
              onChange={() => updates.choose(cell, choice)}
            />{' '}
            {choiceWord(cell.kind, choice, learnspace)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A moved cell is shown once, and what is not there not at all. */
function shows(cell: ICellDifference, side: 'mine' | 'theirs'): boolean {
  const absent: Partial<Record<CellChange, 'mine' | 'theirs'>> = {
    added: 'mine',
    removed_here: 'mine',
    removed: 'theirs',
    removed_there: 'theirs',
    moved: 'theirs'
  };
  return absent[cell.kind] !== side;
}

/** The lines of both texts; what is there once only is not marked line by line. */
function compared(cell: ICellDifference): [ILine[], ILine[]] {
  const both = shows(cell, 'mine') && shows(cell, 'theirs');
  return both
    ? compareLines(cell.mine, cell.theirs)
    : [compareLines(cell.mine, cell.mine)[0], compareLines(cell.theirs, cell.theirs)[1]];
}

function Text({ label, lines }: { label: string; lines: ILine[] }): JSX.Element {
  const text = React.useRef<HTMLPreElement>(null);
  React.useEffect(() => {
    // A long text shows the first line that differs, with the one above it.
    const first = text.current?.querySelector('mark')?.previousElementSibling;
    if (text.current && first instanceof HTMLElement) {
      text.current.scrollTop = first.offsetTop - text.current.offsetTop;
    }
  }, [lines]);
  return (
    <div className="ls-Change-side">
      <span className="ls-Muted">{label}</span>
      <pre ref={text} tabIndex={0} aria-label={label}>
        {lines.map(({ text, differs }, place) => {
          const line = `${text}\n`;
          return differs ? <mark key={place}>{line}</mark> : <span key={place}>{line}</span>;
        })}
      </pre>
    </div>
  );
}

function kindWord(kind: CellChange, { trans }: ILearnspace): string {
  switch (kind) {
    case 'changed':
      return trans.__('Your teacher changed this; you did not');
    case 'both_changed':
      return trans.__('You and your teacher both changed this');
    case 'added':
      return trans.__('New');
    case 'removed':
      return trans.__('Not in the new version');
    case 'removed_there':
      return trans.__('Not in the new version; you wrote in it');
    case 'removed_here':
      return trans.__('You removed this; your teacher changed it');
    case 'moved':
      return trans.__('At another place in the new version');
  }
}

function choiceWord(kind: CellChange, choice: Choice, { trans }: ILearnspace): string {
  if (choice === 'both') {
    return trans.__('Both, the new one below');
  }
  const taken = choice === 'theirs';
  switch (kind) {
    case 'added':
    case 'removed_here':
      return taken ? trans.__('Put it in') : trans.__('Leave it out');
    case 'removed':
    case 'removed_there':
      return taken ? trans.__('Take it out') : trans.__('Keep it');
    case 'moved':
      return taken ? trans.__('Move it') : trans.__('Leave it where it is');
    default:
      return taken ? trans.__('The new one') : trans.__('Mine');
  }
}

function fileWords(file: IFileDifference, { trans }: ILearnspace): string {
  switch (file.kind) {
    case 'added':
      return trans.__('%1 is new.', file.path);
    case 'replaced':
      return trans.__('%1 is replaced; you had not changed it.', file.path);
    case 'beside':
      return trans.__('%1 stays as you have it. The new one comes as %2.', file.path, file.place);
    case 'unreadable':
      return trans.__(
        '%1 cannot be read as a notebook and is left alone. Rename it, update, and fetch missing files to get a new one.',
        file.path
      );
    case 'merged':
      return file.path;
  }
}

/** Say what was done. */
function told({ one, learner, learnspace }: IStepsProps): string[] {
  const { trans, locale } = learnspace;
  const { busy, last, done, fetched } = learner.updates;
  if (busy) {
    return [trans.__('One moment')];
  }
  const list = (paths: string[]): string => new Intl.ListFormat(locale).format(paths);
  if (last === 'fetch' && fetched && fetched.written.length > 0) {
    return [trans.__('Fetched: %1', list(fetched.written))];
  }
  if (last === 'make' && one.updated) {
    return [trans.__('You have the newest version.')];
  }
  if (last === 'undo' && done) {
    const lines = [trans.__('Your files are as they were before the update.')];
    return done.kept.length > 0
      ? [...lines, trans.__('What you wrote since is in %1.', list(done.kept))]
      : lines;
  }
  return [];
}
