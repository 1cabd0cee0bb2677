/** The words of courses on the wire; they mirror learnspace_people/models.py. */

export interface ICourseSettings {
  title: string;
  summary: string;
  language: string;
  open_to_all: boolean;
}

export interface INewCourse extends ICourseSettings {
  id: string;
  institution: string;
  template: string;
}

export interface ITaughtCourse extends ICourseSettings {
  id: string;
  institution: string;
  learners: number;
  sections: string[];
  /** Whether its folder is in this space, and the space can work on it. */
  here: boolean;
}

export interface IChoice {
  id: string;
  title: string;
}

export interface ITeachingCourses {
  courses: ITaughtCourse[];
  institutions: IChoice[];
  templates: IChoice[];
}

export interface IMember {
  username: string;
  name: string;
  section: string;
}

export interface IJoinCode {
  code: string;
  section: string;
  made_at: string;
  ends_at: string | null;
}

export interface ICourseMembers {
  teachers: IMember[];
  learners: IMember[];
  codes: IJoinCode[];
}

/** What one line of a class list changes. */
export interface IListed {
  line: number;
  username: string;
  name: string;
  section: string;
  change: 'new_person' | 'joins' | 'moves' | 'stays';
}
