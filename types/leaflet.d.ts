/** What our scripts use of Leaflet 1.9.3 that its published types leave out. */
import * as L from "leaflet";

declare module "leaflet" {
  interface DrawOrder {
    layer: Path & { pick?(point: Point): Path | null };
    prev: DrawOrder | null;
  }

  interface Canvas {
    _bounds?: Bounds;
    _container: HTMLCanvasElement;
    _ctx: CanvasRenderingContext2D;
    _drawLast: DrawOrder | null;
    _hoveredLayer: Path | null;
    _mouseHoverThrottled: boolean;
    _redrawBounds: Bounds | null;
    _zoom: number;
    _draw(): void;
    _fireEvent(layers: Path[] | false, event: MouseEvent, type?: string): void;
    _handleMouseOut(event: MouseEvent): void;
    _redraw(): void;
    _update(): void;
  }

  interface Path {
    _eventParents?: Record<number, Evented>;
    _pxBounds: Bounds | null;
    _renderer: Canvas;
    _containsPoint(point: Point): boolean;
    row: number; // ours: the row of the data that a layer stands for
  }

  interface Map {
    _layers: Record<number, Layer>;
    _draggableMoved(layer: Layer): boolean;
    _getMapPanePos(): Point;
  }

  namespace Map {
    const Keyboard: { include(methods: object): void };
  }
}
