/** Teams: who is in which, and who is in none; make them, fill them, or form them at random. */
import * as React from 'react';

import { Empty, Loaded, Problem, useChanges } from '../../../learnspace_core/lab/components';
import { named } from '../../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { ITaughtTeams, ITeam } from '../types';
import { OneTeam } from './oneteam';
import { asChoice, Field, type IChoice, Line, Pick, TitledForm, Whole } from './fields';
import type { ITabProps } from './props';
import { TeamsWork } from './teamswork';

export function TeamsTab({ one, model }: ITabProps): JSX.Element {
  const { learnspace } = model;
  const { trans } = learnspace;
  const [work] = React.useState(() => new TeamsWork(learnspace, one.course, one.name));
  useChanges(work.changed, work.held.changed);
  React.useEffect(() => void work.held.load(), [work]);
  return (
    <div className="ls-Detail">
      <Loaded loader={work.held} trans={trans} lines={6}>
        {held =>
          held.size === 1 ? (
            <Empty>
              {trans.__(
                'This is handed in alone. To have it handed in by teams, say in Settings how many learners are in one.'
              )}
            </Empty>
          ) : (
            <Teams held={held} work={work} learnspace={learnspace} />
          )
        }
      </Loaded>
      {work.error && <Problem error={work.error} trans={trans} />}
    </div>
  );
}

interface ITeamsProps {
  held: ITaughtTeams;
  work: TeamsWork;
  learnspace: ILearnspace;
}

function Teams(props: ITeamsProps): JSX.Element {
  const { held, work, learnspace } = props;
  const { trans } = learnspace;
  return (
    <>
      <p>
        {held.signup
          ? trans.__('Up to %1 in a team. Learners form the teams; you can, too.', held.size)
          : trans.__('Up to %1 in a team. You form the teams.', held.size)}{' '}
        {trans.__(
          'What a team hands in counts for everybody who is in it then, whoever joins or leaves later.'
        )}
      </p>
      {held.teams.length === 0 ? (
        <Empty>{trans.__('No teams yet. Make one, or form them at random.')}</Empty>
      ) : (
        <ul className="ls-Rows" aria-label={trans.__('Teams')}>
          {held.teams.map(team => (
            <OneTeam key={team.id} team={team} size={held.size} work={work} trans={trans} />
          ))}
        </ul>
      )}
      <Done {...props} />
      <Without {...props} />
      <PutIn {...props} />
      <div className="ls-Fields">
        <Make {...props} />
        <AtRandom {...props} />
      </div>
    </>
  );
}

/** What was done last, with the way back. */
function Done({ work, learnspace }: ITeamsProps): JSX.Element {
  const { trans } = learnspace;
  const { takenOut } = work;
  const words: Record<string, string> = {
    made: trans.__('The team is made.'),
    formed: trans.__('The teams are formed.'),
    put_in: trans.__('Put in.'),
    renamed: trans.__('Renamed.'),
    removed: trans.__('The team is removed.')
  };
  return (
    <div role="status" className="ls-Told">
      {takenOut ? (
        <p>
          {trans.__(
            'Taken out of %1: %2.',
            takenOut.team.name,
            takenOut.member.name || takenOut.member.username
          )}{' '}
          <button className="ls-Button" onClick={() => void work.undo()}>
            {trans.__('Undo')}
          </button>
        </p>
      ) : (
        words[work.done] && <p>✓ {words[work.done]}</p>
      )}
    </div>
  );
}

function Without({ held, learnspace }: ITeamsProps): JSX.Element {
  const { trans, locale } = learnspace;
  const names = held.without.map(one => one.name || one.username);
  return (
    <p>
      {held.without.length === 0
        ? `✓ ${trans.__('Everybody is in a team.')}`
        : trans.__('In no team (%1): %2', held.without.length, named(names, locale))}
    </p>
  );
}

/** Put a learner into a team, out of the one they are in. */
function PutIn({ held, work, learnspace }: ITeamsProps): JSX.Element {
  const { trans } = learnspace;
  const [who, setWho] = React.useState('');
  const [where, setWhere] = React.useState('');
  const free = (team: ITeam): number => held.size - team.members.length;
  if (held.teams.length === 0) {
    return <></>;
  }
  return (
    <TitledForm
      title={trans.__('Put a learner into a team')}
      action={trans.__('Put in')}
      ready={who !== '' && where !== '' && !work.busy}
      filled
      onSubmit={async () => {
        if (await work.putIn(where, who)) {
          setWho('');
        }
      }}
    >
      <div className="ls-Fields">
        <Pick
          label={trans.__('Learner')}
          groups={[
            [trans.__('In no team'), held.without.map(asChoice)],
            ...held.teams.map((team): [string, IChoice[]] => [
              team.name,
              team.members.map(asChoice)
            ])
          ]}
          value={who}
          trans={trans}
          onChange={setWho}
        />
        <Pick
          label={trans.__('Team')}
          groups={[
            [
              '',
              held.teams.map(team => ({
                value: team.id,
                label: free(team) > 0 ? team.name : trans.__('%1 (full)', team.name),
                disabled: free(team) <= 0
              }))
            ]
          ]}
          value={where}
          trans={trans}
          onChange={setWhere}
        />
      </div>
    </TitledForm>
  );
}

function Make({ work, learnspace }: ITeamsProps): JSX.Element {
  const { trans } = learnspace;
  const [name, setName] = React.useState('');
  return (
    <TitledForm
      title={trans.__('New team')}
      action={trans.__('Make the team')}
      ready={name.trim() !== '' && !work.busy}
      onSubmit={async () => {
        if (await work.make(name)) {
          setName('');
        }
      }}
    >
      <Line label={trans.__('Name of the team')} most={60} value={name} onChange={setName} />
    </TitledForm>
  );
}

function AtRandom({ held, work, learnspace }: ITeamsProps): JSX.Element {
  const { trans } = learnspace;
  const [size, setSize] = React.useState<number | null>(held.size);
  const fits = size !== null && size >= 2 && size <= held.size && held.without.length > 0;
  return (
    <TitledForm
      title={trans.__('Form teams at random')}
      action={trans.__('Form the teams')}
      ready={fits && !work.busy}
      onSubmit={() => work.form(size ?? held.size, trans.__('Team'))}
    >
      <Field
        label={trans.__('Learners in each')}
        hint={trans.__('Of those who are in no team. Nobody is moved.')}
      >
        {id => <Whole id={id} least={2} most={held.size} value={size} onChange={setSize} />}
      </Field>
    </TitledForm>
  );
}
