/** One team: its members with the way out for each, its name, and its end. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Chip } from '../../../learnspace_core/lab/components';
import type { ITeam } from '../types';
import type { TeamsWork } from './teamswork';

interface IProps {
  team: ITeam;
  size: number;
  work: TeamsWork;
  trans: TranslationBundle;
}

export function OneTeam({ team, size, work, trans }: IProps): JSX.Element {
  const [doing, setDoing] = React.useState<'' | 'rename' | 'remove'>('');
  const title = React.useId();
  const done = (): void => setDoing('');
  return (
    <li className="ls-Team" aria-labelledby={title}>
      <div className="ls-Team-head">
        <h3 id={title}>
          {team.name}{' '}
          <span className="ls-Muted">{trans.__('%1 of %2', team.members.length, size)}</span>
        </h3>
        {team.handed_in && <Chip tone="sent">{trans.__('handed in')}</Chip>}
      </div>
      {team.members.length === 0 && <p className="ls-Muted">{trans.__('Nobody is in it yet.')}</p>}
      <ul className="ls-Members">
        {team.members.map(one => (
          <li key={one.username}>
            <span>
              {one.name || one.username} <span className="ls-Muted">{one.username}</span>
            </span>
            <button
              className="ls-Button"
              aria-disabled={work.busy}
              aria-label={trans.__('Take out of %1: %2', team.name, one.name || one.username)}
              onClick={() => void work.takeOut(team, one)}
            >
              {trans.__('Take out')}
            </button>
          </li>
        ))}
      </ul>
      {doing === 'rename' && <Rename team={team} work={work} trans={trans} onDone={done} />}
      {doing === 'remove' && <Remove team={team} work={work} trans={trans} onDone={done} />}
      {doing === '' && (
        <div className="ls-Buttons">
          <button
            className="ls-Button"
            aria-label={trans.__('Rename: %1', team.name)}
            onClick={() => setDoing('rename')}
          >
            {trans.__('Rename')}
          </button>
          {!team.handed_in && (
            <button
              className="ls-Button"
              aria-label={trans.__('Remove: %1', team.name)}
              onClick={() =>
                team.members.length > 0 ? setDoing('remove') : void work.remove(team)
              }
            >
              {trans.__('Remove')}
            </button>
          )}
        </div>
      )}
    </li>
  );
}

interface IDoingProps extends Omit<IProps, 'size'> {
  onDone: () => void;
}

function Rename({ team, work, trans, onDone }: IDoingProps): JSX.Element {
  const [name, setName] = React.useState(team.name);
  const submit = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    if (name.trim() && (await work.rename(team, name))) {
      onDone();
    }
  };
  return (
    <form className="ls-Buttons" onSubmit={event => void submit(event)} noValidate>
      <input
        className="ls-Select"
        autoFocus
        aria-label={trans.__('Name of the team')}
        value={name}
        maxLength={60}
        onChange={event => setName(event.target.value)}
      />
      <button className="ls-Button" type="submit" aria-disabled={work.busy || !name.trim()}>
        {trans.__('Save')}
      </button>
      <button className="ls-Button" type="button" onClick={onDone}>
        {trans.__('Cancel')}
      </button>
    </form>
  );
}

function Remove({ team, work, trans, onDone }: IDoingProps): JSX.Element {
  return (
    <section className="ls-Card" aria-label={trans.__('Remove: %1', team.name)}>
      <p>
        {trans._n(
          'Its %1 member is in no team then. Nothing else is lost: it has handed in nothing.',
          'Its %1 members are in no team then. Nothing else is lost: it has handed in nothing.',
          team.members.length
        )}
      </p>
      <div className="ls-Buttons">
        <button
          className="ls-Button"
          autoFocus
          aria-disabled={work.busy}
          onClick={() => void work.remove(team)}
        >
          {trans.__('Remove the team')}
        </button>
        <button className="ls-Button" onClick={onDone}>
          {trans.__('Keep it')}
        </button>
      </div>
    </section>
  );
}
