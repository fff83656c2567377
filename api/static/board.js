// The calibration board: a card that is dragged to a column, or moved with the arrow keys, opens with that grade chosen
// and asks for the reason. Nothing is sent before the reason is written. Without this file the cards work by themselves.
"use strict";

(() => {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  const columns = [...board.querySelectorAll("[data-grade]")];
  const ask = (seat, grade) => {
    seat.querySelector("select").value = grade;
    seat.open = true;
    seat.querySelector("input[name=reason]").focus();
  };
  let held = null;
  board.addEventListener("dragstart", (event) => {
    held = event.target.closest("[data-seat]");
    if (held) event.dataTransfer.setData("text/plain", held.dataset.seat);
  });
  for (const column of columns) {
    column.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      column.classList.add("over");
    });
    column.addEventListener("dragleave", () => column.classList.remove("over"));
    column.addEventListener("drop", (event) => {
      column.classList.remove("over");
      if (!held) return;
      event.preventDefault();
      column.append(held);
      ask(held, column.dataset.grade);
      held = null;
    });
  }
  board.addEventListener("keydown", (event) => {
    const seat = event.target.matches("summary") ? event.target.closest("[data-seat]") : null;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!seat || !step) return;
    const at = columns.indexOf(seat.closest("[data-grade]"));
    const next = columns[at + step];
    if (!next) return;
    event.preventDefault();
    next.append(seat);
    ask(seat, next.dataset.grade);
  });
})();
