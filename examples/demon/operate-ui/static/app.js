// Fills the table with the state of every service, and again every five seconds.
async function refresh() {
  const answer = await fetch("/api/status");
  const rows = (await answer.json()).map(({ service, state }) => {
    const row = document.createElement("tr");
    for (const text of [service, state]) row.insertCell().textContent = text;
    row.cells[1].className = state;
    return row;
  });
  document.getElementById("services").replaceChildren(...rows);
}

refresh();
setInterval(refresh, 5000);
