import { describe, expect, it } from "vitest";
import { eventually } from "./eventually.ts";

describe("eventually", () => {
  it("returns what it waited for, exceptions on the way notwithstanding", async () => {
    let looks = 0;
    const look = (): string | undefined => {
      looks += 1;
      if (looks === 1) throw new Error("not there yet");
      return looks > 2 ? "found" : undefined;
    };
    await expect(eventually(look, { within: 5_000, every: 1 })).resolves.toBe("found");
  });

  it("takes 0 and the empty string for answers", async () => {
    await expect(eventually(() => 0, { within: 1_000 })).resolves.toBe(0);
    await expect(eventually(async () => "", { within: 1_000 })).resolves.toBe("");
  });

  it("gives up, says for what it waited, and keeps the last reason", async () => {
    const failing = (): never => {
      throw new Error("connection refused");
    };
    await expect(eventually(failing, { within: 5, every: 1 })).rejects.toMatchObject({
      message: expect.stringContaining("waited 5 ms in vain for"),
      cause: expect.objectContaining({ message: "connection refused" }),
    });
  });
});
