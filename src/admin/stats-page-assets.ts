// What the statistics page looks like. While figures may be out of date, all of them are grey, whatever their colour says.

export const STYLE = `
:root { color-scheme: light dark; --line: #8886; --ink: light-dark(#1b1f24, #e6e8eb); --paper: light-dark(#fff, #16191d);
  --soft: light-dark(#f3f4f6, #1f242a); --up: light-dark(#0a6b2d, #6fdc93); --down: light-dark(#b3151b, #ff9a96);
  --drain: light-dark(#7a5200, #f0c060); --maint: light-dark(#5b4b8a, #c3b4f5); --link: light-dark(#0b57b0, #8ab8ff);
  --grey: light-dark(#5c6470, #969da7); --alarm: light-dark(#b3151b, #a8171d); }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 90rem; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
a { color: var(--link); }
.scroll { overflow-x: auto; } .scroll:focus-visible, a:focus-visible, button:focus-visible, input:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .55rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); }
thead th { font-size: .8rem; font-weight: 600; } tbody th { font-weight: 500; }
tr.release th { padding-top: .7rem; white-space: normal; } tr.frontend, tr.backend { background: var(--soft); } tr.frontend th, tr.backend th { background: var(--soft); font-weight: 600; }
.state { font-weight: 600; } .up { color: var(--up); } .down { color: var(--down); } .going, .drain { color: var(--drain); } .maint { color: var(--maint); }
fieldset { border: 1px solid var(--line); border-radius: .4rem; margin: .6rem 0; display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
button { font: inherit; padding: .25rem .8rem; min-height: 2rem; } .pair { display: inline-flex; gap: .4rem; align-items: center; } input[type=number] { font: inherit; width: 4.5rem; }
input[type=checkbox] { width: 1.05rem; height: 1.05rem; vertical-align: -.15rem; }
figure { margin: .5rem 0; } polyline { fill: none; stroke: var(--link); stroke-width: 1.5; } figcaption, small, .clock { font-size: .85rem; opacity: .85; }
.alarm { position: sticky; top: 0; left: 0; z-index: 2; margin: -1rem -1rem 1rem; padding: .6rem 1rem; background: var(--alarm); color: #fff; }
.alarm[hidden] { display: none; }
.stale #live { --ink: var(--grey); --up: var(--grey); --down: var(--grey); --drain: var(--grey); --maint: var(--grey); --link: var(--grey); color: var(--grey); } .stale #live :is(small, figcaption) { opacity: 1; }
.summary { margin: .6rem 0; padding: .4rem .7rem; border-left: 4px solid var(--up); } .summary.trouble { border-color: var(--down); }
.question { border-left: 4px solid var(--down); padding: .2rem .7rem; margin: .6rem 0; }
td.check { white-space: normal; min-width: 10rem; } .age { font-weight: 400; } abbr { text-decoration: none; } tr:target th { outline: 2px solid var(--link); outline-offset: -2px; }
tbody tr { scroll-margin-top: 4rem; }
.outcome { border-left: 4px solid var(--link); padding-left: .6rem; } .events { padding-left: 1.2rem; } .highest { width: auto; margin: .8rem 0; } .highest caption { text-align: left; font-weight: 600; } .highest small { font-size: inherit; } .unseen { position: absolute; clip-path: inset(50%); }
`
