// The board of a roster. Arrow keys move, a number or the first letter of a shift sets it, Delete frees, P pins, Ctrl-Z
// undoes; a cell that is dragged to another one swaps with it, a shift that is dragged to a cell is set there. Every
// change is sent at once and answered with the rules it breaks and what every shift has. Without this file the forms
// below the board do the same.
"use strict";

(() => {
  const board = document.querySelector("[data-roster]");
  if (!board) return;
  const writes = board.hasAttribute("data-writes");
  const grid = board.querySelector(".roster-grid");
  const days = [...grid.querySelectorAll("thead [data-day]")].map((one) => one.dataset.day);
  const rows = [...grid.querySelectorAll("tbody tr")];
  const shifts = [...board.querySelectorAll("[data-shift]")].map((one) => ({ id: one.dataset.shift, code: one.dataset.code }));
  const said = board.querySelector("[data-said]");
  const undoButton = board.querySelector("[data-undo]");
  const cellsOf = (row) => [...row.querySelectorAll("td[data-s]")];
  const matrix = rows.map(cellsOf);
  const place = new Map();
  const byKey = new Map();
  matrix.forEach((line, at) => line.forEach((cell, day) => {
    place.set(cell, [at, day]);
    byKey.set(`${rows[at].dataset.row}:${days[day]}`, cell);
    cell.tabIndex = -1;
    if (writes && !cell.hasAttribute("data-out")) cell.draggable = true;
  }));
  if (!matrix.length || !matrix[0].length) return;
  let at = matrix[0][0];
  at.tabIndex = 0;
  const done = [];
  const undone = [];

  const choose = (cell, focus = true) => {
    at.tabIndex = -1;
    at = cell;
    at.tabIndex = 0;
    if (focus) at.focus();
  };
  const held = (cell) => ({ shift: cell.dataset.s, pinned: cell.hasAttribute("data-pinned"), post: cell.dataset.p });
  const change = (cell, to) => {
    const [row, day] = place.get(cell);
    return { employment: rows[row].dataset.row, day: days[day], shift: to.shift || null, pinned: to.pinned ?? null, post: to.post ?? null };
  };
  const code = (id) => (shifts.find((one) => one.id === id) || { code: "" }).code;

  const show = (cell, to) => {
    cell.dataset.s = to.shift || "";
    cell.dataset.p = to.post || "";
    cell.toggleAttribute("data-pinned", Boolean(to.pinned) && Boolean(to.shift));
    cell.querySelector("span").textContent = to.code ?? code(to.shift);
  };

  const refresh = (answer) => {
    for (const [key, cell] of Object.entries(answer.cells)) if (byKey.has(key)) show(byKey.get(key), cell);
    for (const row of rows) if (row.dataset.row in answer.hours) row.querySelector("[data-hours]").textContent = answer.hours[row.dataset.row];
    for (const cell of byKey.values()) if (cell.hasAttribute("data-broken")) {
      cell.removeAttribute("data-broken");
      cell.removeAttribute("title");
    }
    const list = document.querySelector("[data-breaks]");
    list.replaceChildren(...answer.broken.map((one) => {
      const cell = byKey.get(one.key);
      if (cell) {
        cell.title = cell.title ? `${cell.title}; ${one.words}` : one.words;
        cell.setAttribute("data-broken", "");
      }
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.href = "#";
      link.dataset.cell = one.key;
      link.textContent = `${one.who}, ${one.day}`;
      line.append(link, `: ${one.words}`);
      if (one.forbidden) {
        const tag = document.createElement("span");
        tag.className = "tag look";
        tag.textContent = board.dataset.forbidden;
        line.append(" ", tag);
      }
      return line;
    }));
    if (!answer.broken.length) {
      const line = document.createElement("li");
      line.textContent = board.dataset.none;
      list.append(line);
    }
    const foot = grid.querySelector("tfoot");
    foot.replaceChildren(...answer.covers.map((one) => {
      const line = document.createElement("tr");
      line.dataset.cover = one.key;
      const head = document.createElement("th");
      head.scope = "row";
      const small = document.createElement("small");
      small.textContent = one.post || one.name;
      head.append(one.code, small);
      line.append(head, ...one.cells.map(([need, there]) => {
        const cell = document.createElement("td");
        cell.className = there < need ? "short" : there > need ? "over" : "";
        cell.textContent = need || there ? `${there}/${need}` : "";
        return cell;
      }), document.createElement("td"));
      return line;
    }));
    document.querySelector("[data-gaps]").replaceChildren(...(answer.gaps.length ? answer.gaps : [null]).map((one) => {
      const line = document.createElement("li");
      if (!one) {
        line.textContent = board.dataset.covered;
        return line;
      }
      const what = document.createElement("b");
      what.textContent = one.what;
      const why = document.createElement("span");
      why.className = "small muted";
      why.textContent = one.why;
      line.append(what, document.createElement("br"), why);
      return line;
    }));
    document.querySelector("[data-more]").textContent = "";
    document.querySelector("[data-reason]").hidden = !answer.broken.length;
    board.querySelector("[data-uncovered]").textContent = answer.uncovered;
    document.querySelector("[data-state]").textContent = answer.state;
  };

  const post = async (path, fields) => {
    const body = new FormData();
    body.append("csrf", board.dataset.csrf);
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    board.classList.add("saving");
    try {
      const answer = await fetch(`${board.dataset.to}/${path}`, { method: "POST", body, credentials: "same-origin", headers: { accept: "application/json" } });
      const found = await answer.json();
      if (!answer.ok) return { problem: found.problem || board.dataset.lost };
      return found;
    } catch {
      return { problem: board.dataset.lost };
    } finally {
      board.classList.remove("saving");
    }
  };

  // one change after the other: what is sent later is judged after what was sent before
  let line = Promise.resolve();
  const send = (pairs, keep) => {
    if (!writes || !pairs.length) return;
    const before = pairs.map(([cell]) => [cell, held(cell)]);
    for (const [cell, to] of pairs) show(cell, to);
    line = line.then(async () => {
      const answer = await post("cells", { changes: JSON.stringify(pairs.map(([cell, to]) => change(cell, to))) });
      if (answer.problem) {
        for (const [cell, was] of before) show(cell, was);
        said.textContent = answer.problem;
        return;
      }
      keep.push(before);
      undoButton.disabled = !done.length;
      said.textContent = at.title;
      refresh(answer);
    });
  };
  const set = (pairs) => {
    undone.length = 0;
    send(pairs, done);
  };
  const undo = () => {
    line = line.then(() => {
      const last = done.pop();
      if (!last) return;
      undoButton.disabled = !done.length;
      send(last, undone);
      said.textContent = board.dataset.undone;
    });
  };
  const redo = () => {
    line = line.then(() => {
      const last = undone.pop();
      if (last) send(last, done);
    });
  };
  const give = (cell, shift) => {
    if (!cell.hasAttribute("data-out") && cell.dataset.s !== shift) set([[cell, { shift, post: null }]]);
  };
  const pin = (cell) => {
    if (cell.dataset.s) set([[cell, { ...held(cell), pinned: !cell.hasAttribute("data-pinned") }]]);
  };

  grid.addEventListener("click", async (event) => {
    const cell = event.target.closest("td");
    if (cell && place.has(cell)) {
      choose(cell);
      return;
    }
    const cover = event.target.closest("tfoot tr");
    if (!writes || !cell || !cover || cell.cellIndex > days.length) return;
    const [shift, ...post_] = cover.dataset.cover.split(":");
    const now = (cell.textContent.split("/")[1] || "0").trim();
    const wanted = window.prompt(board.dataset.need, now);
    if (wanted === null || wanted.trim() === "") return;
    const answer = await post("need", { quiet: "1", shift, post: post_.join(":"), day: days[cell.cellIndex - 1], count: wanted.trim() });
    if (answer.problem) said.textContent = answer.problem;
    else refresh(answer);
  });

  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td[data-s]");
    if (!cell || !place.has(cell)) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      if (event.shiftKey) redo();
      else undo();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") {
      event.preventDefault();
      redo();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, day] = place.get(cell);
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -day], End: [0, days.length - 1 - day] }[event.key];
    if (step) {
      event.preventDefault();
      const next = (matrix[row + step[0]] || [])[day + step[1]];
      if (next) choose(next);
      return;
    }
    if (!writes) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      give(cell, "");
      return;
    }
    const key = event.key.toLowerCase();
    const named = shifts.filter((one) => one.code.toLowerCase().startsWith(key));
    const now = named.findIndex((one) => one.id === cell.dataset.s);
    // a letter that begins several codes goes round them
    const meant = /^[1-9]$/.test(key) ? shifts[Number(key) - 1] : key.length === 1 ? named[(now + 1) % (named.length || 1)] : null;
    if (meant) {
      event.preventDefault();
      give(cell, meant.id);
    } else if (key === "p") {
      event.preventDefault();
      pin(cell);
    }
  });

  board.querySelector(".palette").addEventListener("click", (event) => {
    const chip = event.target.closest("button");
    if (!chip || !writes) return;
    if (chip.dataset.shift) give(at, chip.dataset.shift);
    else if (chip.hasAttribute("data-clear")) give(at, "");
    else if (chip.hasAttribute("data-pin")) pin(at);
    else if (chip.hasAttribute("data-undo")) undo();
    at.focus();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-cell]");
    if (!link || !byKey.has(link.dataset.cell)) return;
    event.preventDefault();
    choose(byKey.get(link.dataset.cell));
    at.scrollIntoView({ block: "center", inline: "center" });
  });

  let dragged = null;
  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("td[data-s], [data-shift]");
    if (!dragged || (dragged.matches("td") && !dragged.dataset.s)) {
      event.preventDefault();
      dragged = null;
      return;
    }
    event.dataTransfer.setData("text/plain", dragged.dataset.s || dragged.dataset.code);
  });
  grid.addEventListener("dragover", (event) => {
    const cell = event.target.closest("td[data-s]");
    if (!dragged || !cell || cell.hasAttribute("data-out")) return;
    event.preventDefault();
    cell.classList.add("over-it");
  });
  grid.addEventListener("dragleave", (event) => {
    const cell = event.target.closest("td[data-s]");
    if (cell) cell.classList.remove("over-it");
  });
  grid.addEventListener("drop", (event) => {
    const cell = event.target.closest("td[data-s]");
    if (!cell || !dragged || cell.hasAttribute("data-out")) return;
    event.preventDefault();
    cell.classList.remove("over-it");
    if (dragged.dataset.shift) give(cell, dragged.dataset.shift);
    else if (cell !== dragged) set([[dragged, { shift: cell.dataset.s, post: null }], [cell, { shift: dragged.dataset.s, post: null }]]);
    choose(cell);
    dragged = null;
  });
  board.addEventListener("dragend", () => { dragged = null; });
})();
