/** What the page's own components are given by Python, and what they send back. */

type Texts<Names extends string> = Record<Names, string>;

/** As Streamlit calls the function that a component exports. */
interface ComponentArgs<Data> {
  parentElement: HTMLElement;
  data: Data;
  setStateValue: SetValue;
  setTriggerValue: SetValue;
}

type SetValue = (name: string, value: unknown) => void;

type MakeElement = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes?: Record<string, string>,
  ...children: (Node | string)[]
) => HTMLElementTagNameMap[Tag];

interface AddressData {
  query: string;
  keep: string; // parameter that the page leaves alone
  starts: string; // parameter that tells one page from another
  language: string;
}

interface DownloadData {
  label: string;
  hint: string;
  failed: string;
  script: string; // URL, relative to the map's frame
  caption: PictureTexts & { fileName: string };
}

interface Favourite {
  station_id: string;
  name: string;
  lat: number;
  lon: number;
  dataset: string;
}

interface FavouriteData {
  station?: Favourite; // the star at a station; without it the list
  dataset: string;
  texts: Texts<"add" | "remove" | "title" | "json" | "csv" | "go" | "elsewhere">;
}

type FavouritePart = (data: FavouriteData, trigger: SetValue) => () => void;

interface Hit {
  key: string;
  kind: string;
  label: string;
  title: string;
  other: string;
  detail: string;
}

interface SearchData {
  sought: string;
  hits: Hit[];
  texts: Texts<"placeholder" | "list" | "nothing">;
}
