/** Tabs by keyboard and screen reader, as WAI-ARIA's pattern has them. */
import * as React from 'react';

export interface ITab<Id extends string> {
  id: Id;
  label: string;
}

/** A row of tabs; each controls the element with the id `ls-<its id>`. */
export function Tabs<Id extends string>(props: {
  label: string;
  tabs: ITab<Id>[];
  selected: Id;
  onSelect: (id: Id) => void;
}): JSX.Element {
  const { label, tabs, selected, onSelect } = props;
  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) {
      return;
    }
    const here = tabs.findIndex(tab => tab.id === selected);
    onSelect(tabs[(here + step + tabs.length) % tabs.length].id);
    const list = event.currentTarget;
    window.requestAnimationFrame(() =>
      list.querySelector<HTMLElement>('[aria-selected=true]')?.focus()
    );
  };
  return (
    <div className="ls-Tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map(tab => (
        <button
          key={tab.id}
          role="tab"
          aria-selected={tab.id === selected}
          aria-controls={`ls-${tab.id}`}
          tabIndex={tab.id === selected ? 0 : -1}
          onClick={() => onSelect(tab.id)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}
