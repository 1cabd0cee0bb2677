/** More time or more attempts for a learner or a section: what is granted, grant, take back. */
import * as React from 'react';

import { Empty, Loaded, Problem, useChanges } from '../../../learnspace_core/lab/components';
import { exactTime, points } from '../../../learnspace_core/lab/dates';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import { asChoice, Field, Line, Moment, Pick, TitledForm, Whole } from './fields';
import { zoneName } from './localtime';

import { GrantsWork, type IGrant, type IGrants, type INewGrant } from './settingswork';
import type { ITabProps } from './props';

const UNITS = { minutes: 1, hours: 60, days: 24 * 60 };
type Unit = keyof typeof UNITS;

export function MoreTimeTab({ one, model }: ITabProps): JSX.Element {
  const { learnspace } = model;
  const { trans } = learnspace;
  const [work] = React.useState(() => new GrantsWork(learnspace, one.course));
  useChanges(work.changed, work.held.changed);
  React.useEffect(() => void work.held.load(), [work]);
  const after = (): void => void model.taught.load();
  return (
    <div className="ls-Detail">
      <p>
        {trans.__(
          'Grant it before or after the work came. Due date, lateness and points follow. Other learners do not see it.'
        )}
      </p>
      <Loaded loader={work.held} trans={trans} lines={6}>
        {held => (
          <>
            <List held={held} name={one.name} work={work} learnspace={learnspace} onDone={after} />
            <GrantForm
              held={held}
              name={one.name}
              work={work}
              learnspace={learnspace}
              onDone={after}
            />
          </>
        )}
      </Loaded>
      {work.error && <Problem error={work.error} trans={trans} />}
    </div>
  );
}

interface IPartProps {
  held: IGrants;
  name: string;
  work: GrantsWork;
  learnspace: ILearnspace;
  onDone: () => void;
}

function List({ held, name, work, learnspace, onDone }: IPartProps): JSX.Element {
  const { trans } = learnspace;
  const here = held.granted.filter(each => each.assignment === null || each.assignment === name);
  const { takenBack } = work;
  return (
    <>
      {here.length === 0 ? (
        <Empty>{trans.__('Nobody has more time here.')}</Empty>
      ) : (
        <ul className="ls-Rows" aria-label={trans.__('Granted')}>
          {here.map(each => (
            <li key={each.id} className="ls-Grant">
              <span className="ls-Row-main">
                <span className="ls-Row-title">{whoWord(each, learnspace)}</span>
                <span>{grantWords(each, learnspace)}</span>
                <span className="ls-Muted">
                  {each.assignment === null
                    ? trans.__('in the whole course')
                    : trans.__('in this assignment')}
                  {each.note && ` · ${each.note}`}
                </span>
              </span>
              <button
                className="ls-Button"
                aria-disabled={work.busy}
                aria-label={trans.__('Take back: %1', whoWord(each, learnspace))}
                onClick={() => void work.takeBack(each).then(onDone)}
              >
                {trans.__('Take back')}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div role="status" className="ls-Told">
        {takenBack && (
          <p>
            {trans.__('Taken back: %1.', whoWord(takenBack, learnspace))}{' '}
            <button className="ls-Button" onClick={() => void work.undo().then(onDone)}>
              {trans.__('Undo')}
            </button>
          </p>
        )}
        {work.done === 'granted' && <p>✓ {trans.__('Granted')}</p>}
      </div>
    </>
  );
}

function GrantForm({ held, name, work, learnspace, onDone }: IPartProps): JSX.Element {
  const { trans } = learnspace;
  const [who, setWho] = React.useState('');
  const [everywhere, setEverywhere] = React.useState(false);
  const [amount, setAmount] = React.useState<number | null>(1);
  const [unit, setUnit] = React.useState<Unit>('days');
  const [due, setDue] = React.useState<string | null>(null);
  const [attempts, setAttempts] = React.useState<number | null>(null);
  const [note, setNote] = React.useState('');
  const zone = React.useId();
  const wanted: INewGrant = {
    username: who.startsWith('@') ? who.slice(1) : null,
    section: who.startsWith('#') ? who.slice(1) : '',
    assignment: everywhere ? null : name,
    due_at: everywhere ? null : due,
    extra_minutes: (amount ?? 0) * UNITS[unit],
    extra_attempts: attempts ?? 0,
    note
  };
  const some = wanted.due_at !== null || wanted.extra_minutes > 0 || wanted.extra_attempts > 0;
  const ready = who !== '' && some && !work.busy;
  const grant = async (): Promise<void> => {
    if (await work.grant(wanted)) {
      setWho('');
      setNote('');
      onDone();
    }
  };
  return (
    <TitledForm
      title={trans.__('Grant more')}
      action={trans.__('Grant')}
      ready={ready}
      filled
      onSubmit={grant}
    >
      <div className="ls-Fields">
        <Pick
          label={trans.__('For')}
          groups={[
            [
              trans.__('Sections'),
              held.sections.map(section => ({ value: `#${section}`, label: section }))
            ],
            [
              trans.__('Learners'),
              held.learners.map(asChoice).map(each => ({ ...each, value: `@${each.value}` }))
            ]
          ]}
          value={who}
          trans={trans}
          onChange={setWho}
        />
        <Field label={trans.__('Where')}>
          {id => (
            <select
              id={id}
              className="ls-Select"
              value={everywhere ? 'course' : 'assignment'}
              onChange={event => setEverywhere(event.target.value === 'course')}
            >
              <option value="assignment">{trans.__('in this assignment')}</option>
              <option value="course">{trans.__('in the whole course')}</option>
            </select>
          )}
        </Field>
        <Field label={trans.__('More time')}>
          {id => <Whole id={id} least={0} most={1000} value={amount} onChange={setAmount} />}
        </Field>
        <Field label={trans.__('Unit')}>
          {id => (
            <select
              id={id}
              className="ls-Select"
              value={unit}
              onChange={event => setUnit(event.target.value as Unit)}
            >
              <option value="minutes">{trans.__('minutes')}</option>
              <option value="hours">{trans.__('hours')}</option>
              <option value="days">{trans.__('days')}</option>
            </select>
          )}
        </Field>
        {!everywhere && (
          <div aria-describedby={zone}>
            <Moment
              label={trans.__('Or another due date')}
              at={due}
              before={null}
              onChange={at => {
                setDue(at);
                setAmount(at ? null : 1);
              }}
            />
            <span id={zone} className="ls-Muted">
              {trans.__('Your time zone: %1', zoneName())}
            </span>
          </div>
        )}
        <Field label={trans.__('More attempts')}>
          {id => <Whole id={id} least={0} most={100} value={attempts} onChange={setAttempts} />}
        </Field>
        <Line label={trans.__('Note for teachers')} most={1000} value={note} onChange={setNote} />
      </div>
    </TitledForm>
  );
}

function whoWord(each: IGrant, { trans }: ILearnspace): string {
  return each.username === null ? trans.__('Section %1', each.section) : each.name || each.username;
}

/** Say what is granted: "2 days more · 1 attempt more". */
function grantWords(each: IGrant, learnspace: ILearnspace): string {
  const { trans, locale } = learnspace;
  const words = [];
  if (each.due_at) {
    words.push(trans.__('due %1', exactTime(new Date(each.due_at), locale)));
  }
  if (each.extra_minutes > 0) {
    words.push(minutesWord(each.extra_minutes, learnspace));
  }
  if (each.extra_attempts > 0) {
    words.push(trans._n('%1 attempt more', '%1 attempts more', each.extra_attempts));
  }
  return words.join(' · ');
}

function minutesWord(minutes: number, { trans, locale }: ILearnspace): string {
  if (minutes % UNITS.days === 0) {
    return trans._n('%1 day more', '%1 days more', minutes / UNITS.days);
  }
  if (minutes % UNITS.hours === 0) {
    return trans._n('%1 hour more', '%1 hours more', minutes / UNITS.hours);
  }
  return trans.__('%1 minutes more', points(minutes, locale));
}
