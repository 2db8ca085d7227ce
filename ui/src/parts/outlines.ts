// The world's outlines (Natural Earth, 1:50 million, bundled) and how a place lies on them.

import {
  type GeoProjection,
  geoArea,
  geoAzimuthalEqualArea,
  geoBounds,
  geoCentroid,
  geoCircle,
  geoContains,
  geoNaturalEarth1,
  geoPath,
} from "d3-geo";
import type { Feature, FeatureCollection, MultiPolygon, Polygon, Position } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import atlas from "world-atlas/countries-50m.json";
import { lettersOfNumber } from "./country-codes";
import { boxOf, type Frame, flattened, lookout } from "./flat";

const topology = atlas as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>;
const ANTARCTICA = "010";
const EARTH_KM_PER_DEGREE = 111.195;
const CONTINENT_DEGREES = 70;

type Country = Feature<Polygon | MultiPolygon>;

/** Every country but Antarctica, which holds no device and takes a third of the picture. */
const countries: Country[] = (
  feature(topology, topology.objects.countries) as FeatureCollection<Polygon | MultiPolygon>
).features.filter((country) => country.id !== ANTARCTICA);

const world: FeatureCollection = { type: "FeatureCollection", features: countries };

const outlines = countries.map((country) => ({ country, box: boxOf(country.geometry) }));

// Some islands far out have an outline of their own and the letters of their country, which is larger.
const byLetters = new Map<string, Country>();
for (const country of countries) {
  const letters = lettersOf(country);
  const other = letters && byLetters.get(letters);
  if (letters && (!other || geoArea(country) > geoArea(other))) byLetters.set(letters, country);
}

function lettersOf({ id, properties }: Country): string | undefined {
  // Kosovo has letters of its own and no number.
  return id === undefined && properties?.name === "Kosovo" ? "XK" : lettersOfNumber.get(String(id));
}

/** A point on the earth, with the circle it is somewhere in. */
export interface Spot {
  latitude: number;
  longitude: number;
  radiusKm: number | null;
}

/** What is drawn: a projection of the earth onto a picture. */
export interface Chart {
  width: number;
  height: number;
  land: string;
  /** Where a point lies in the picture. */
  at(latitude: number, longitude: number): [number, number];
  /** The circle of uncertainty of a spot; empty where nothing is known. */
  circle(spot: Spot): string;
  /** How large that circle is in the picture, roughly. */
  radius(spot: Spot): number;
  /** A country's outline. */
  country(letters: string): string;
  /** The countries that take the most room, the largest first, with their middle in the picture. */
  named: Named[];
}

/** A country that is large enough in a picture for its name. */
export interface Named {
  letters: string;
  x: number;
  y: number;
  /** How wide it is in the picture. */
  room: number;
  /** Whether a point of the picture is in it. */
  holds(x: number, y: number): boolean;
}

/** How far beyond its edges a picture goes on, so that no edge is seen. */
const BEYOND = 40;
/** Countries whose names a picture has at the most. */
const MOST_NAMES = 10;
/** A country smaller than this in the picture, in square pixels, goes without a name. */
const LEAST_AREA = 1200;

/** The whole world. */
export const worldChart = (width: number, height: number): Chart =>
  chart(geoNaturalEarth1().fitExtent(margins(width, height, 4), world), width, height, countries);

/** The part of the world around some spots, at least `spanKm` wide and with air around it. */
export function chartAround(spots: Spot[], width: number, height: number, spanKm: number): Chart {
  const circles = spots.map((spot) =>
    geoCircle()
      .center([spot.longitude, spot.latitude])
      .radius(Math.max(spot.radiusKm ?? 0, spanKm / 2) / EARTH_KM_PER_DEGREE)(),
  );
  const around: FeatureCollection = {
    type: "FeatureCollection",
    features: circles.map((geometry) => ({ type: "Feature", properties: {}, geometry })),
  };
  // Turned so that these spots are in the middle: no seam runs through them.
  const [longitude, latitude] = geoCentroid({ type: "MultiPoint", coordinates: spots.map(position) });
  // Near by, a circle shall look like one; far out, the world shall look like the world.
  const near = span(spots, height / width) < CONTINENT_DEGREES;
  const projection = near
    ? geoAzimuthalEqualArea().rotate([-longitude, -latitude])
    : geoNaturalEarth1().rotate([-longitude, 0]);
  projection.fitExtent(margins(width, height, 24), around);
  // Seen from near by, most of the world is elsewhere.
  const mayBeSeen = near ? lookout(projection, margins(width, height, -BEYOND)) : () => true;
  const seen = outlines.filter(({ box }) => mayBeSeen(box)).map(({ country }) => country);
  return chart(projection, width, height, seen);
}

/** How many degrees wide a picture must be, east to west, for some spots to be on it. */
export function span(spots: Spot[], aspect: number): number {
  if (spots.length < 2) return 0;
  const [[west, south], [east, north]] = geoBounds({ type: "MultiPoint", coordinates: spots.map(position) });
  return Math.max((east - west + 360) % 360, (north - south) / aspect);
}

/** The middle of a country's largest part; `null` where it is too small for an outline. */
export function middleOf(letters: string): { latitude: number; longitude: number } | null {
  const country = byLetters.get(letters);
  if (!country) return null;
  const { geometry } = country;
  const parts: Position[][][] = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const largest = parts
    .map((coordinates): Polygon => ({ type: "Polygon", coordinates }))
    .reduce((one, other) => (geoArea(one) >= geoArea(other) ? one : other));
  const [longitude, latitude] = geoCentroid(largest);
  return { latitude, longitude };
}

const position = (spot: Spot): Position => [spot.longitude, spot.latitude];

const margins = (width: number, height: number, margin: number): Frame => [
  [margin, margin],
  [width - margin, height - margin],
];

function chart(projection: GeoProjection, width: number, height: number, seen: Country[]): Chart {
  // What lies far outside the picture is cut away: zoomed in, the rest of the world would be most of the path.
  const drawn = geoPath(projection.clipExtent(margins(width, height, -BEYOND))).digits(1);
  const at = (latitude: number, longitude: number) =>
    projection([longitude, latitude]) ?? ([-1000, -1000] as [number, number]);
  const flat = geoPath().digits(1);
  const shapes = seen.map((country) => ({ country, shape: flattened(country.geometry, projection) }));
  const named = shapes
    .flatMap(({ country, shape }) => {
      const letters = lettersOf(country);
      return letters && byLetters.get(letters) === country ? [{ letters, country, shape, area: flat.area(shape) }] : [];
    })
    .filter(({ area }) => area > LEAST_AREA)
    .sort((one, other) => other.area - one.area)
    .slice(0, MOST_NAMES)
    .map(({ letters, country, shape }) => {
      const [x, y] = flat.centroid(shape);
      const [[left], [right]] = flat.bounds(shape);
      const holds = (x: number, y: number) => {
        const there = projection.invert?.([x, y]);
        return there ? geoContains(country, there) : false;
      };
      return { letters, x, y, room: Math.min(right, width) - Math.max(left, 0), holds };
    });
  return {
    width,
    height,
    land: flat({ type: "GeometryCollection", geometries: shapes.map(({ shape }) => shape) }) ?? "",
    at,
    named,
    radius: ({ latitude, longitude, radiusKm }) => {
      const north = latitude + (latitude > 80 ? -1 : 1) * ((radiusKm ?? 0) / EARTH_KM_PER_DEGREE);
      const [x, y] = at(latitude, longitude);
      const [edgeX, edgeY] = at(north, longitude);
      return Math.hypot(edgeX - x, edgeY - y);
    },
    circle: ({ latitude, longitude, radiusKm }) =>
      (radiusKm &&
        drawn(
          geoCircle()
            .center([longitude, latitude])
            .radius(radiusKm / EARTH_KM_PER_DEGREE)(),
        )) ||
      "",
    country: (letters) => {
      const country = byLetters.get(letters);
      return (country && drawn(country)) ?? "";
    },
  };
}
