/**
 * The fewest lines of a text for which `fails` still holds: halves, quarters and so on are left out as long as that
 * changes nothing (delta debugging). `attempts` bounds the number of questions.
 */
export async function minimise(
  text: string,
  options: { readonly fails: (text: string) => Promise<boolean>; readonly attempts: number },
): Promise<string> {
  let lines = text.split("\n");
  let left = options.attempts;
  for (
    let size = Math.ceil(lines.length / 2);
    size >= 1 && left > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < lines.length && left > 0; ) {
      const shorter = [...lines.slice(0, at), ...lines.slice(at + size)];
      left--;
      if (await options.fails(shorter.join("\n"))) lines = shorter;
      else at += size;
    }
  }
  return lines.join("\n");
}
