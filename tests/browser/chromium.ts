/** The browser that set-up looks for, or installs. */
async function browserName(): Promise<string> {
  for (const name of ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]) {
    try {
      await new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" }).output();
      return name;
    } catch { /* the next */ }
  }
  throw new Error("Cannot open the page as Chromium is needed: there is none; install it with: ./setup test");
}

/**
 * Opens a page in headless Chromium with a script that puts what it saw into the page's title, as JSON; returns that.
 *
 * @param screenshot Where a picture of the page is written to instead.
 */
export async function seenIn(html: string, script: string, screenshot?: string): Promise<Record<string, unknown>> {
  const folder = await Deno.makeTempDir();
  try {
    const end = html.lastIndexOf("</body>");
    await Deno.writeTextFile(
      `${folder}/page.html`,
      `${html.slice(0, end)}<script>${script}</script>${html.slice(end)}`,
    );
    const { stdout } = await new Deno.Command(await browserName(), {
      args: [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
        ...[`--user-data-dir=${folder}/profile`, "--virtual-time-budget=20000", "--window-size=1350,1150"],
        ...(screenshot ? [`--screenshot=${screenshot}`] : ["--dump-dom"]),
        `file://${folder}/page.html`,
      ],
      stderr: "null",
    }).output();
    if (screenshot) return {};
    const title = /<title>(.*?)<\/title>/s.exec(new TextDecoder().decode(stdout))?.[1] ?? "";
    return JSON.parse(
      title.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
