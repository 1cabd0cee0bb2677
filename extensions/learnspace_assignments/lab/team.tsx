/** With whom a learner hands in, and where they choose, the teams to join. */
import * as React from 'react';

import { Empty, Loaded, Problem, useChanges } from '../../learnspace_core/lab/components';
import { named } from '../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../learnspace_core/lab/tokens';
import type { AssignmentsModel } from './model';
import { TeamWork } from './teamwork';
import type { IAssignment, ITeam, ITeamChoice } from './types';

export function Team({ one, model }: { one: IAssignment; model: AssignmentsModel }): JSX.Element {
  const { learnspace } = model;
  const { trans } = learnspace;
  const [work] = React.useState(() => new TeamWork(learnspace, one, () => model.mine.load()));
  const title = React.useId();
  const chooses = one.team_signup && one.team === null;
  useChanges(work.changed, work.choice.changed);
  React.useEffect(() => {
    if (chooses) {
      void work.choice.load();
    }
  }, [work, chooses]);
  return (
    <section className="ls-Detail" aria-labelledby={title}>
      <h3 id={title}>{trans.__('Your team')}</h3>
      {one.team ? (
        <Mine one={one} team={one.team} work={work} learnspace={learnspace} />
      ) : chooses ? (
        <>
          <p>
            {trans.__(
              'This is handed in by a team of up to %1. Join one, or make one and tell the others its name.',
              one.team_size
            )}
          </p>
          <Loaded loader={work.choice} trans={trans} lines={3}>
            {choice => <Choose choice={choice} work={work} learnspace={learnspace} />}
          </Loaded>
        </>
      ) : (
        <p>
          {trans.__(
            'This is handed in by a team, and your teacher puts the teams together. Ask your teacher to put you into one.'
          )}
        </p>
      )}
      {work.error && <Problem error={work.error} trans={trans} />}
    </section>
  );
}

function Mine(props: {
  one: IAssignment;
  team: ITeam;
  work: TeamWork;
  learnspace: ILearnspace;
}): JSX.Element {
  const { one, team, work, learnspace } = props;
  const { trans, locale } = learnspace;
  const by = one.submissions[0]?.by;
  return (
    <>
      <p role="status">
        <strong>{team.name}</strong>:{' '}
        {named(
          team.members.map(each => each.name || each.username),
          locale
        )}
      </p>
      <p className="ls-Muted">
        {by
          ? trans.__('%1 handed in last. Any of you may hand in again for all.', by)
          : trans.__('Any of you hands in for all; all of you get the marks and the feedback.')}
      </p>
      {one.team_signup && !team.handed_in && (
        <button className="ls-Button" aria-disabled={work.busy} onClick={() => void work.leave()}>
          {trans.__('Leave this team')}
        </button>
      )}
    </>
  );
}

function Choose(props: {
  choice: ITeamChoice;
  work: TeamWork;
  learnspace: ILearnspace;
}): JSX.Element {
  const { choice, work, learnspace } = props;
  const { trans, locale } = learnspace;
  const [name, setName] = React.useState('');
  const id = React.useId();
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    if (name.trim()) {
      void work.make(name);
    }
  };
  return (
    <>
      {choice.teams.length === 0 ? (
        <Empty>{trans.__('There is no team yet. Make the first one.')}</Empty>
      ) : (
        <ul className="ls-Members" aria-label={trans.__('Teams')}>
          {choice.teams.map(team => (
            <li key={team.id}>
              <span>
                <strong>{team.name}</strong>{' '}
                <span className="ls-Muted">
                  {named(team.members, locale) || trans.__('Nobody is in it yet.')}
                </span>
              </span>
              {team.handed_in ? (
                <span className="ls-Muted">{trans.__('handed in')}</span>
              ) : team.places === 0 ? (
                <span className="ls-Muted">{trans.__('full')}</span>
              ) : (
                <button
                  className="ls-Button"
                  aria-disabled={work.busy}
                  aria-label={trans.__('Join %1', team.name)}
                  onClick={() => void work.join(team.id)}
                >
                  {trans.__('Join')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <form className="ls-Buttons" onSubmit={submit} noValidate>
        <label htmlFor={id}>{trans.__('Name of a new team')}</label>
        <input
          id={id}
          className="ls-Select"
          value={name}
          maxLength={60}
          onChange={event => setName(event.target.value)}
        />
        <button className="ls-Button" type="submit" aria-disabled={work.busy || name.trim() === ''}>
          {trans.__('Make the team')}
        </button>
      </form>
    </>
  );
}
