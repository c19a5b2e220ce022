export {axisX, axisY, barX, barY, binX, gridY, plot, rectY, ruleY, stackY} from "@observablehq/plot";
export {brushX} from "d3-brush";
export {select} from "d3-selection";
