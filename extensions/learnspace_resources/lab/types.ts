/** The words of the catalogue on the wire; they mirror learnspace_resources/models.py. */
import type { IFileEntry } from '../../learnspace_core/lab/types';

/** One resource as a row of results; `match` is a piece of text around what was searched for. */
export interface IResource {
  id: number;
  course: string;
  course_title: string;
  unit: string;
  path: string;
  title: string;
  summary: string;
  language: string;
  licence: string;
  size: number;
  match: string | null;
}

/** One resource with its headings and every file that opening it puts into the home. */
export interface IResourceDetail extends IResource {
  outline: string[];
  files: IFileEntry[];
}

export interface IOpenedResource {
  path: string;
  written: string[];
  kept: string[];
}
