// What is worked out once for a picture of the earth, because each look at an outline costs: which outlines can be in
// it at all, and how they lie in it.

import { type GeoProjection, geoDistance, geoStream } from "d3-geo";
import type { Geometry, MultiPolygon, Polygon, Position } from "geojson";

const DEGREES_PER_RADIAN = 180 / Math.PI;
/** The straight line between two points of an outline bends this far out of its box at the most. */
const SLACK_DEGREES = 2;

/** The corners of a picture: left and top, right and bottom. */
export type Frame = [[number, number], [number, number]];

/** The degrees an outline lies between. One that goes across the seam of the map has the whole way round. */
export interface Box {
  west: number;
  east: number;
  south: number;
  north: number;
}

/** The box of an outline. */
export function boxOf({ type, coordinates }: Polygon | MultiPolygon): Box {
  const box = { west: 180, east: -180, south: 90, north: -90 };
  for (const polygon of type === "Polygon" ? [coordinates] : coordinates) {
    for (const [longitude = 0, latitude = 0] of polygon[0] ?? []) {
      box.west = Math.min(box.west, longitude);
      box.east = Math.max(box.east, longitude);
      box.south = Math.min(box.south, latitude);
      box.north = Math.max(box.north, latitude);
    }
  }
  return box;
}

/**
 * Tells which boxes can be in a picture of some part of the earth, whose two corners are given; the others certainly
 * are not.
 */
export function lookout(projection: GeoProjection, [[left, top], [right, bottom]]: Frame): (box: Box) => boolean {
  const there = (x: number, y: number): [number, number] => projection.invert?.([x, y]) ?? [Number.NaN, Number.NaN];
  const middle = there((left + right) / 2, (top + bottom) / 2);
  const corners = [there(left, top), there(right, top), there(left, bottom), there(right, bottom)];
  const radians = Math.max(...corners.map((corner) => geoDistance(middle, corner)));
  const reach = radians * DEGREES_PER_RADIAN + SLACK_DEGREES;
  const [longitude, latitude] = middle;
  // Where a pole is in the picture, every longitude is.
  const aside =
    Math.abs(latitude) + reach < 90
      ? Math.asin(Math.sin(reach / DEGREES_PER_RADIAN) / Math.cos(latitude / DEGREES_PER_RADIAN)) * DEGREES_PER_RADIAN
      : 180;
  return ({ west, east, south, north }) => {
    if (south > latitude + reach || north < latitude - reach) return false;
    const isApart = (turn: number) => west + turn > longitude + aside || east + turn < longitude - aside;
    return ![-360, 0, 360].every(isApart);
  };
}

/** An outline as it lies in the picture, to be measured and drawn from without a projection. */
export function flattened(shape: Geometry, projection: GeoProjection): MultiPolygon {
  const coordinates: Position[][][] = [];
  let polygon: Position[][] = [];
  let ring: Position[] = [];
  geoStream(
    shape,
    projection.stream({
      polygonStart() {
        polygon = [];
      },
      lineStart() {
        ring = [];
      },
      point(x, y) {
        ring.push([x, y]);
      },
      lineEnd() {
        const [first] = ring;
        if (first) polygon.push([...ring, first]);
      },
      polygonEnd() {
        if (polygon.length > 0) coordinates.push(polygon);
      },
    }),
  );
  return { type: "MultiPolygon", coordinates };
}
