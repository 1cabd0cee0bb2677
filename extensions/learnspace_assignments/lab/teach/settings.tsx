/** Settings of an assignment, for its teacher to change; times are in the zone of who reads. */
import * as React from 'react';

import { Loaded, Problem, useChanges } from '../../../learnspace_core/lab/components';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import { lateWords } from '../terms';
import type { ILatePolicy } from '../types';
import { Field, Moment, Whole } from './fields';
import { zoneName } from './localtime';
import { GradingSettings } from './settingsgrading';
import { PracticeSettings } from './settingspractice';
import { type ISettings, SettingsWork, type WhenShown } from './settingswork';
import { wrongWords } from './settingswrong';
import type { ITabProps } from './props';
import { TeamSettings } from './teamsettings';

export function SettingsTab({ one, model }: ITabProps): JSX.Element {
  const { learnspace } = model;
  const [work] = React.useState(() => new SettingsWork(learnspace, one.course, one.name));
  useChanges(work.changed, work.held.changed);
  React.useEffect(() => void work.held.load(), [work]);
  return (
    <div className="ls-Detail">
      <Loaded loader={work.held} trans={learnspace.trans} lines={8}>
        {held => (
          <SettingsForm
            held={held}
            work={work}
            learnspace={learnspace}
            onSaved={() => void model.taught.load()}
          />
        )}
      </Loaded>
      <Remove
        work={work}
        learnspace={learnspace}
        onRemoved={() => {
          model.show('');
          void model.taught.load();
        }}
      />
    </div>
  );
}

interface IFormProps {
  held: ISettings;
  work: SettingsWork;
  learnspace: ILearnspace;
  onSaved: () => void;
}

function SettingsForm({ held, work, learnspace, onSaved }: IFormProps): JSX.Element {
  const { trans } = learnspace;
  const [draft, setDraft] = React.useState(held);
  const [wrong, setWrong] = React.useState('');
  const zone = React.useId();
  const alter = (values: Partial<ISettings>): void => setDraft({ ...draft, ...values });
  const changed = JSON.stringify(draft) !== JSON.stringify(held);
  const save = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const words = wrongWords(draft, trans);
    setWrong(words);
    if (changed && !words && (await work.save(draft))) {
      // As the platform keeps it.
      setDraft(work.held.value ?? draft);
      onSaved();
    }
  };
  return (
    <form className="ls-Form" onSubmit={event => void save(event)} noValidate>
      <Field label={trans.__('Title')}>
        {id => (
          <input
            id={id}
            className="ls-Select ls-mod-long"
            value={draft.title}
            maxLength={300}
            onChange={event => alter({ title: event.target.value })}
          />
        )}
      </Field>
      <fieldset aria-describedby={zone}>
        <legend>{trans.__('Times')}</legend>
        <p id={zone} className="ls-Muted">
          {trans.__('Your time zone: %1', zoneName())} ·{' '}
          {trans.__('Leave empty what you do not need.')}
        </p>
        <div className="ls-Fields">
          <Moment
            label={trans.__('Opens')}
            at={draft.opens_at}
            before={held.opens_at}
            onChange={at => alter({ opens_at: at })}
          />
          <Moment
            label={trans.__('Due date')}
            at={draft.due_at}
            before={held.due_at}
            onChange={at => alter({ due_at: at })}
          />
          <Moment
            label={trans.__('Closes')}
            at={draft.closes_at}
            before={held.closes_at}
            onChange={at => alter({ closes_at: at })}
          />
        </div>
      </fieldset>
      <Late
        late={draft.late}
        learnspace={learnspace}
        onChange={late => alter({ late: { ...draft.late, ...late } })}
      />
      <Field label={trans.__('Attempts')} hint={trans.__('Empty: as often as they like.')}>
        {id => (
          <Whole
            id={id}
            least={1}
            most={1000}
            value={draft.attempts}
            onChange={attempts => alter({ attempts })}
          />
        )}
      </Field>
      <GradingSettings
        grading={draft.grading}
        learnspace={learnspace}
        onChange={grading => alter({ grading })}
      />
      <PracticeSettings
        practice={draft.practice}
        learnspace={learnspace}
        onChange={practice => alter({ practice })}
      />
      <TeamSettings draft={draft} trans={trans} onChange={alter} />
      <fieldset>
        <legend>{trans.__('What learners see')}</legend>
        <div className="ls-Fields">
          {(['marks', 'feedback', 'solutions'] as const).map(what => (
            <Field key={what} label={showsLabel(what, learnspace)}>
              {id => (
                <select
                  id={id}
                  className="ls-Select"
                  value={draft.shows[what]}
                  onChange={event =>
                    alter({
                      shows: { ...draft.shows, [what]: event.target.value as WhenShown }
                    })
                  }
                >
                  <option value="when_returned">{trans.__('when it is returned')}</option>
                  <option value="after_due">{trans.__('after the due date')}</option>
                  <option value="never">{trans.__('never')}</option>
                </select>
              )}
            </Field>
          ))}
        </div>
        <p className="ls-Muted">
          {trans.__('Solutions are never shown while somebody can still hand in.')}
        </p>
      </fieldset>
      {wrong && (
        <p role="alert" className="ls-Late">
          <span aria-hidden="true">▲</span> {wrong}
        </p>
      )}
      {work.error && <Problem error={work.error} trans={trans} />}
      <div className="ls-Buttons">
        <button
          className="ls-Button ls-mod-filled"
          type="submit"
          aria-disabled={!changed || work.busy}
        >
          {trans.__('Save')}
        </button>
        <span role="status">{work.done === 'saved' && !changed && `✓ ${trans.__('Saved')}`}</span>
      </div>
    </form>
  );
}

function showsLabel(what: 'marks' | 'feedback' | 'solutions', { trans }: ILearnspace): string {
  switch (what) {
    case 'marks':
      return trans.__('Marks');
    case 'feedback':
      return trans.__('Feedback');
    case 'solutions':
      return trans.__('Solution');
  }
}

function Late(props: {
  late: ILatePolicy;
  learnspace: ILearnspace;
  onChange: (values: Partial<ILatePolicy>) => void;
}): JSX.Element {
  const { late, learnspace, onChange } = props;
  const { trans } = learnspace;
  return (
    <fieldset>
      <legend>{trans.__('Late work')}</legend>
      <div className="ls-Fields">
        <Field label={trans.__('Late work is')}>
          {id => (
            <select
              id={id}
              className="ls-Select"
              value={late.kind}
              onChange={event => onChange({ kind: event.target.value as ILatePolicy['kind'] })}
            >
              <option value="accept">{trans.__('taken')}</option>
              <option value="penalty">{trans.__('taken with points off')}</option>
              <option value="refuse">{trans.__('not taken')}</option>
            </select>
          )}
        </Field>
        {late.kind === 'penalty' && (
          <>
            <Field label={trans.__('Percent off')}>
              {id => (
                <Whole
                  id={id}
                  least={0}
                  most={100}
                  value={late.percent}
                  onChange={percent => onChange({ percent: percent ?? 0 })}
                />
              )}
            </Field>
            <Field label={trans.__('For each')}>
              {id => (
                <select
                  id={id}
                  className="ls-Select"
                  value={late.per}
                  onChange={event => onChange({ per: event.target.value as 'day' | 'hour' })}
                >
                  <option value="day">{trans.__('day')}</option>
                  <option value="hour">{trans.__('hour')}</option>
                </select>
              )}
            </Field>
            <Field label={trans.__('At most, in percent')}>
              {id => (
                <Whole
                  id={id}
                  least={0}
                  most={100}
                  value={late.max_percent}
                  onChange={most => onChange({ max_percent: most ?? 100 })}
                />
              )}
            </Field>
          </>
        )}
        <Field label={trans.__('Minutes of grace')}>
          {id => (
            <Whole
              id={id}
              least={0}
              most={10080}
              value={late.grace_minutes}
              onChange={minutes => onChange({ grace_minutes: minutes ?? 0 })}
            />
          )}
        </Field>
      </div>
      <p role="status">{lateWords(late, learnspace)}</p>
    </fieldset>
  );
}

function Remove(props: {
  work: SettingsWork;
  learnspace: ILearnspace;
  onRemoved: () => void;
}): JSX.Element {
  const { work, learnspace, onRemoved } = props;
  const { trans } = learnspace;
  const [asking, setAsking] = React.useState(false);
  const remove = async (): Promise<void> => {
    if (await work.remove()) {
      onRemoved();
    }
  };
  if (!asking) {
    return (
      <button className="ls-Button" onClick={() => setAsking(true)}>
        {trans.__('Delete this assignment')}
      </button>
    );
  }
  return (
    <section className="ls-Card" aria-label={trans.__('Delete this assignment')}>
      <p>
        {trans.__(
          'Learners and teachers no longer see it. Everything that was handed in is kept. Releasing it again under its name brings it all back.'
        )}
      </p>
      <div className="ls-Buttons">
        <button
          className="ls-Button"
          autoFocus
          aria-disabled={work.busy}
          onClick={() => void remove()}
        >
          {trans.__('Delete')}
        </button>
        <button className="ls-Button" onClick={() => setAsking(false)}>
          {trans.__('Keep it')}
        </button>
      </div>
    </section>
  );
}
