// The parts of d3 that plots.js draws with.
export { axisBottom, axisLeft } from "d3-axis";
export { brushX } from "d3-brush";
export { scaleBand, scaleLinear, scaleUtc } from "d3-scale";
export { pointer, select } from "d3-selection";
export { stack } from "d3-shape";
export { utcDay, utcMonth, utcYear } from "d3-time";
