/* Draws every <figure data-plot> from the table in it, with d3: a bar a row, a colour a column. The table stays: it is the data.

   data-plot="months"  the first column is a time (<time datetime="2024-05">, or a year or a day), stacked bars to its scale
   data-plot="shares"  each row is drawn as shares of its sum, side by side
   data-brush="since,until"  names of two inputs of the form around it: choosing months fills them and submits */
"use strict";
{
  const HEIGHT = 200;
  const MARGIN = { top: 8, right: 12, bottom: 22, left: 48 };
  const LEAST_BAR = 2;
  const DAY = 86_400_000;

  const units = { 4: d3.utcYear, 7: d3.utcMonth, 10: d3.utcDay };
  const iso = (date) => date.toISOString().slice(0, 10);
  const figure_of = (cell) => Number(cell.dataset.value ?? (cell.textContent.replace(/[^\d.-]/g, "") || 0));

  /* Returns {series: [name], rows: [{label, time, unit, values: [number]}], unit} of a table, in the order of time. */
  const read = (table) => {
    const [, ...series] = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const rows = [...table.tBodies[0].rows].map(({ cells: [first, ...cells] }) => {
      const written = first.querySelector("time")?.dateTime ?? "";
      return { label: first.textContent.trim(), written, time: new Date(written), values: cells.map(figure_of) };
    });
    rows.sort((a, b) => a.time - b.time);
    return { series, rows, unit: units[rows[0]?.written.length] ?? d3.utcMonth };
  };

  /* Bars too thin to see are put together: months into quarters, quarters into years. */
  const coarsened = ({ series, rows, unit }, width) => {
    const [first, last] = [rows[0].time, rows.at(-1).time];
    const most = width / LEAST_BAR;
    const finer = unit === d3.utcMonth ? [[unit, unit], [unit, unit.every(3), 3]] : unit === d3.utcDay ? [[unit, unit], [d3.utcMonth, d3.utcMonth]] : [];
    const [, step] = finer.find(([each, , many = 1]) => each.count(each.floor(first), last) / many < most) ?? [null, d3.utcYear];
    const bars = new Map();
    for (const { time, values } of rows) {
      const start = step.floor(time);
      const sums = bars.get(+start)?.values ?? series.map(() => 0);
      bars.set(+start, { start, end: step.ceil(new Date(+start + 1)), values: sums.map((sum, i) => sum + values[i]) });
    }
    return { found: [...bars.values()], put: step === unit ? "" : step === d3.utcYear ? "year" : step === d3.utcMonth ? "month" : "quarter" };
  };

  const spelled = (start, end) => {
    const span = (end - start) / DAY;
    if (span > 300) return `${start.getUTCFullYear()}`;
    if (span < 2) return iso(start);
    const name = (date) => date.toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
    const last = new Date(end - DAY);
    return span < 40 ? name(start) : `${name(start)} to ${name(last)}`;
  };

  const overTime = (data, inner) => {
    const { found, put } = coarsened(data, inner);
    const x = d3.scaleUtc([found[0].start, found.at(-1).end], [0, inner]);
    const bars = found.map((bar) => ({ ...bar, label: spelled(bar.start, bar.end), left: x(bar.start), right: x(bar.end) }));
    return { bars, x, put, axis: d3.axisBottom(x).ticks(Math.max(2, inner / 90)).tickSizeOuter(0) };
  };

  const sideBySide = ({ rows }, inner) => {
    const x = d3.scaleBand(rows.map((_, i) => i), [0, inner]);
    const bars = rows.map(({ label, values }, i) => {
      const sum = values.reduce((a, b) => a + b, 0) || 1;
      return { label, values: values.map((value) => value / sum), left: x(i), right: x(i) + x.bandwidth() };
    });
    const every = Math.max(1, Math.ceil((rows.length * 90) / inner));
    const marks = x.domain().filter((i) => i % every === 0);
    return { bars, x, axis: d3.axisBottom(x).tickValues(marks).tickFormat((i) => rows[i].label.slice(0, 10)).tickSizeOuter(0) };
  };

  const draw = (figure, data, drawn) => {
    const width = Math.max(drawn.clientWidth, 240);
    const inner = width - MARGIN.left - MARGIN.right;
    const areShares = figure.dataset.plot === "shares";
    const { bars, x, put, axis } = areShares ? sideBySide(data, inner) : overTime(data, inner);
    const base = HEIGHT - MARGIN.bottom;
    const most = areShares ? 1 : Math.max(1, ...bars.map(({ values }) => values.reduce((a, b) => a + b, 0)));
    const y = d3.scaleLinear([0, most], [base, MARGIN.top]);
    const caption = figure.querySelector("figcaption")?.textContent.trim() ?? "Plot";

    drawn.querySelector("svg")?.remove();
    drawn.querySelector(".put").textContent = put ? `Here each bar is a ${put}.` : "";
    const svg = d3.select(drawn).append("svg").attr("viewBox", `0 0 ${width} ${HEIGHT}`)
      .attr("role", "img").attr("aria-label", `${caption} The numbers are in the table below.`);
    const ticks = d3.axisLeft(y).ticks(areShares ? 4 : Math.min(4, most), areShares ? "%" : most < 5 ? "d" : undefined).tickSize(-inner);
    svg.append("g").attr("class", "lines").attr("transform", `translate(${MARGIN.left},0)`).call(ticks);
    const plot = svg.append("g").attr("transform", `translate(${MARGIN.left},0)`);
    const said = (value) => (areShares ? `${Math.round(value * 100)} %` : value.toLocaleString("en-GB"));
    const gap = (bar) => (bar.right - bar.left > 6 ? 1 : 0);
    d3.stack().keys(data.series.keys()).value(({ values }, i) => values[i])(bars).forEach((layer, i) => {
      plot.append("g").attr("class", `series series-${i % 9}`).attr("data-series", i).selectAll("rect")
        .data(layer.filter(([low, high]) => high > low)).join("rect")
        .attr("x", ({ data: bar }) => bar.left).attr("width", ({ data: bar }) => Math.max(bar.right - bar.left - gap(bar), 0.5))
        .attr("y", ([, high]) => y(high)).attr("height", ([low, high]) => y(low) - y(high))
        .append("title").text(({ data: bar }) => `${bar.label}, ${data.series[i]}: ${said(bar.values[i])}`);
    });
    svg.append("g").attr("class", "axis").attr("transform", `translate(${MARGIN.left},${base})`).call(axis);
    light(drawn);
    if (figure.dataset.brush && !areShares) brush(figure, plot, x, [[0, MARGIN.top], [inner, base]]);
  };

  /* Choosing with the pointer, on top of the form's own inputs, which the keyboard reaches. */
  const brush = (figure, plot, x, extent) => {
    const form = figure.closest("form");
    const [since, until] = figure.dataset.brush.split(",").map((name) => form.elements.namedItem(name));
    const chosen = d3.brushX().extent(extent).on("end", ({ sourceEvent, selection }) => {
      if (!sourceEvent) return;
      const at = d3.pointer(sourceEvent.changedTouches?.[0] ?? sourceEvent, plot.node())[0];
      const [from, to] = (selection ?? [at, at]).map((edge) => x.invert(edge));
      since.value = iso(d3.utcMonth.floor(from));
      until.value = iso(new Date(d3.utcMonth.offset(d3.utcMonth.floor(new Date(to - (selection ? 1 : 0))), 1) - DAY));
      form.requestSubmit();
    });
    const layer = plot.append("g").attr("class", "brush").call(chosen);
    const [low, high] = extent.map(([edge]) => edge);
    const inside = (edge) => Math.min(Math.max(edge, low), high);
    if (!since.value && !until.value) return;
    const shown = [since.value ? inside(x(new Date(since.value))) : low, until.value ? inside(x(+new Date(until.value) + DAY)) : high];
    if (shown[1] > shown[0]) layer.call(chosen.move, shown);
  };

  /* The legend names the colours in the order of the stack; a name that is pressed stands out alone. */
  const legend = (drawn, series) => {
    if (series.length < 2) return;
    const list = d3.select(drawn).append("ul").attr("class", "legend").attr("aria-label", "Legend: press a name to show it alone");
    const entries = list.selectAll("li").data([...series.keys()].reverse()).join("li").append("button")
      .attr("type", "button").attr("aria-pressed", "false").attr("data-series", (i) => i);
    entries.append("span").attr("class", (i) => `swatch series-${i % 9}`);
    entries.append("span").text((i) => series[i]);
    entries.on("click", ({ currentTarget }) => {
      const was = currentTarget.getAttribute("aria-pressed") === "true";
      entries.attr("aria-pressed", "false");
      currentTarget.setAttribute("aria-pressed", String(!was));
      light(drawn);
    });
  };

  const light = (drawn) => {
    const alone = drawn.querySelector(".legend [aria-pressed=true]")?.dataset.series;
    for (const group of drawn.querySelectorAll("g.series")) group.classList.toggle("pale", alone !== undefined && group.dataset.series !== alone);
  };

  for (const figure of document.querySelectorAll("figure[data-plot]")) {
    const table = figure.querySelector("table");
    const data = read(table);
    if (!data.rows.length) continue;
    const drawn = document.createElement("div");
    drawn.className = "drawn";
    (table.closest("details") ?? table).before(drawn);
    legend(drawn, data.series);
    d3.select(drawn).append("p").attr("class", "put dim");
    let width = 0;
    new ResizeObserver(() => {
      if (drawn.clientWidth === width) return;
      width = drawn.clientWidth;
      draw(figure, data, drawn);
    }).observe(drawn);
  }
}
