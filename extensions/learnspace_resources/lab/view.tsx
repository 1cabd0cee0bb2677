/** Resources as the reader sees them: search, facets, results, and a preview beside them. */
import * as React from 'react';

import { Empty, Loaded, useChanges } from '../../learnspace_core/lab/components';
import { fileSize } from '../../learnspace_core/lab/dates';
import { licenceInWords } from './licences';
import type { ResourcesModel } from './model';
import { Preview } from './preview';
import type { IResource } from './types';

export function resourcesView(model: ResourcesModel): () => JSX.Element {
  return function ResourcesView() {
    useChanges(
      model.all.changed,
      model.found.changed,
      model.detail.changed,
      model.preview.changed,
      model.changed
    );
    const { trans } = model.learnspace;
    return (
      <main
        className={`ls-Resources${model.selected === null ? '' : ' ls-mod-previewing'}`}
        aria-label={trans.__('Resources')}
      >
        <div className="ls-Resources-list">
          <h1>{trans.__('Resources')}</h1>
          <input
            className="ls-Search"
            type="search"
            data-autofocus
            autoFocus
            aria-label={trans.__('Search resources')}
            placeholder={trans.__('What would you like to learn?')}
            value={model.text}
            onChange={event => model.search(event.target.value)}
          />
          <Facets model={model} />
          <Loaded loader={model.found} trans={trans}>
            {found => <Results found={found} model={model} />}
          </Loaded>
        </div>
        {model.selected !== null && <Preview model={model} />}
      </main>
    );
  };
}

function Facets({ model }: { model: ResourcesModel }): JSX.Element {
  const { trans } = model.learnspace;
  return (
    <div className="ls-Facets" role="group" aria-label={trans.__('Narrow the results')}>
      <Facet
        model={model}
        facet="course"
        label={trans.__('Course')}
        all={trans.__('All courses')}
      />
      <Facet
        model={model}
        facet="language"
        label={trans.__('Language')}
        all={trans.__('All languages')}
      />
    </div>
  );
}

function Facet(props: {
  model: ResourcesModel;
  facet: 'course' | 'language';
  label: string;
  all: string;
}): JSX.Element {
  const { model, facet } = props;
  return (
    <label>
      <span>{props.label}</span>
      <select
        className="ls-Select"
        value={model[facet]}
        onChange={event => model.narrow(facet, event.target.value)}
      >
        <option value="">{props.all}</option>
        {model.choices(facet).map(choice => (
          <option key={choice.value} value={choice.value}>
            {choice.title} ({choice.count})
          </option>
        ))}
      </select>
    </label>
  );
}

function Results({ found, model }: { found: IResource[]; model: ResourcesModel }): JSX.Element {
  const { trans } = model.learnspace;
  return (
    <>
      <p className="ls-Muted" role="status">
        {trans._n('%1 resource', '%1 resources', found.length)}
      </p>
      {found.length === 0 && (
        <Empty>
          {model.text || model.course || model.language
            ? trans.__('Nothing was found. Try another word, or all courses and languages.')
            : trans.__('No resources yet. Courses that your school brings in appear here.')}
        </Empty>
      )}
      <ul className="ls-Rows" aria-label={trans.__('Results')}>
        {found.map(one => (
          <Result key={one.id} one={one} model={model} />
        ))}
      </ul>
    </>
  );
}

function Result({ one, model }: { one: IResource; model: ResourcesModel }): JSX.Element {
  const { trans, locale } = model.learnspace;
  return (
    <li>
      <button
        className="ls-Row"
        aria-pressed={model.selected === one.id}
        onClick={() => model.look(one.id)}
      >
        <span className="ls-Row-main">
          <span className="ls-Row-title">{one.title}</span>
          <span className="ls-Muted">
            {one.course_title}
            {one.unit && ` · ${one.unit}`}
          </span>
          <span className="ls-Row-more">{one.summary}</span>
          {one.match && (
            <span className="ls-Match">
              <Marked text={one.match} search={model.text.trim()} />
            </span>
          )}
          <span className="ls-Muted ls-Row-more">
            {licenceInWords(one.licence, trans)} · {fileSize(one.size, locale)}
          </span>
        </span>
      </button>
    </li>
  );
}

/** A text in which what was searched for is marked. */
function Marked({ text, search }: { text: string; search: string }): JSX.Element {
  const at = search ? text.toLowerCase().indexOf(search.toLowerCase()) : -1;
  if (at < 0) {
    return <>{text}</>;
  }
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + search.length)}</mark>
      {text.slice(at + search.length)}
    </>
  );
}
