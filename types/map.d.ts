/** What the map's scripts are given, as charging/maps/layers.py writes it, and what they share. */

type LatLon = [lat: number, lon: number];
type ThemeName = "light" | "dark";
type ThemeFile = typeof import("../charging/maps/static/theme.json");
type Theme = ThemeFile["light"];

type Shapes = InstanceType<typeof chargingShapes.Shapes>;
type Backdrop = InstanceType<typeof chargingBackdrop.Backdrop>;

interface MapState {
  map: L.Map;
  themes: ThemeFile;
  theme: Theme;
  language: string;
  numbers: Intl.NumberFormat;
  texts: Partial<SurfaceTexts>;
  ground: Backdrop;
  labels: Backdrop;
  tiles: ShownTiles | null;
  attributions: string[];
  credit?: () => void;
  lastCommand: string | null; // the last command
}

interface ShownTiles {
  key: string;
  minZoom: number;
  isDrawn: boolean;
  group: L.LayerGroup;
}

interface SurfaceTexts {
  label: string;
  zoomIn: string;
  zoomOut: string;
  attribution: string;
  locate: string;
  locateRefused: string;
  locateFailed: string;
}

interface Tiles {
  urls: string[];
  subdomains: string[];
  credits: [text: string, url: string][];
  minZoom: number;
  maxZoom: number;
  isDark: boolean;
  shiftedInside: LatLon[] | null;
}

interface Surface {
  theme: ThemeName;
  language: string;
  tiles: Tiles | null;
  texts: SurfaceTexts;
}

/** Latitude and longitude in turn, each the step from the one before. */
interface Steps {
  steps: number[];
  perDegree: number;
}

/** A column holds numbers, or positions in its list of distinct texts. */
interface TooltipColumn {
  label: string;
  unit: string;
  values: (number | null)[];
  names?: string[];
}

interface Tooltip {
  heading: TooltipColumn | null;
  rows: TooltipColumn[];
  unknown: string;
  footer: string;
}

interface HexData extends Steps {
  corners: Record<number, number>; // of cells that have not six
  ids: string[];
  classes: number[];
  colours: string[];
  tooltip: Tooltip;
}

interface DotData extends Steps {
  halfWidthKm: number;
  ids: string[]; // of cells; what follows is of dots
  cells: number[];
  places: number[];
  sizes: number[];
  colours: string[];
  tooltip: Tooltip;
}

interface StationData extends Steps {
  kind: string;
  ids: string[];
  classes: number[];
  rings?: number[];
  colours: string[];
  radii: number[];
  fault: string;
  tooltip: Tooltip;
}

interface LineData {
  lines: number[][];
  perDegree: number;
  colour: string;
  tooltip: Tooltip;
}

interface LegendData {
  title: string;
  unit: string;
  rows: [colour: string, label: string, count: number][];
  counted: string;
  footer: string;
}

interface Flight {
  lat: number;
  lon: number;
  zoom: number;
  token: string;
}

interface ShapeRows {
  kind: string; // what a click on one says it is
  ids: string[];
  points: Float64Array; // latitude and longitude in turn
}

interface CircleStyle extends L.PathOptions {
  weight: number;
  color: string;
  fillColor: string;
  fillOpacity: number;
  dashArray?: string;
}

interface CircleRows extends ShapeRows {
  styles: CircleStyle[];
  looks: number[]; // which of the styles a row has
  radiiAt(zoom: number): number[]; // pixels
}

type Fill = string | CanvasPattern;

interface CellRows extends ShapeRows {
  starts: Int32Array; // the first corner of each row, and the end of the last
  fills: Fill[];
}

type XY = [x: number, y: number];
type Midpoint = (a: XY, b: XY) => XY;

interface GroundData {
  perDegree: number;
  rings: number[][];
  square: number; // degrees
  finePerDegree: number; // of the rings of a square
  overlap: number; // degrees a square reaches over its edges
  squares: string[]; // those with a coast: <south>_<west>
}

interface Ground {
  rings: Ring[];
  data: GroundData;
  names: Set<string>;
  squares: Map<string, Ring[] | null>; // null: on its way
  load: (name: string, use: (data: any) => void) => void;
}

interface Projection {
  scale: number; // pixels of the whole world
  origin: L.Point;
}

/** Of the unit Web Mercator square, with its box. */
interface Ring {
  ring: XY[];
  edges: boolean[]; // whether the side from each point to the next is no coast
  west: number;
  east: number;
  north: number;
  south: number;
}

type Place = [lat: number, lon: number, rank: number, english: string, chinese: string];

interface Label {
  name: string;
  font: string;
  x: number;
  y: number;
  half: number; // pixels kept free on each side, across
  tall: number; // and up and down
}

type Paint<Data> = (ctx: CanvasRenderingContext2D, map: L.Map, data: Data, view: L.Bounds) => void;

interface DrawnLayer {
  layer?: L.FeatureGroup;
  remove?: () => void;
}

interface RegistryEntry extends DrawnLayer {
  digest: string;
  shell?: L.Layer;
}

type MarkName = "hover" | "hex" | "station" | "here";

type MakeStyledElement = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className?: string,
  text?: string,
) => HTMLElementTagNameMap[Tag];

type StyledText = [text: string, weight: number, size: number, colour: string];

interface TextLine {
  text: string;
  font: string;
  leading: number;
  colour: string;
}

interface PictureLegendRow {
  colour: string;
  opacity: number;
  isHatched: boolean;
  label: string;
  count: string;
}

interface PictureTexts {
  title: string;
  sentence: string;
  notes: string[];
}

interface Standalone {
  title: string;
  badge: string;
  isSimulated: boolean;
  sentence: string;
  figures: [string[], ...string[][]];
  notes: string[];
  link: { label: string; url: string } | null;
  shown: L.LatLngBoundsLiteral;
  asked: L.LatLngBoundsLiteral;
  zoom: number;
  calls: [
    draw: "surface" | "towns" | "flyTo" | "hexes" | "dots" | "stations" | "lines" | "legend",
    digest: string,
    data: any,
    selected: string | null,
  ][];
}

interface Window {
  map: L.Map;
  feature_group?: L.FeatureGroup[];
  chargingPicture?: { save(map: L.Map, picture: PictureTexts & { fileName: string }): Promise<unknown> };
}
