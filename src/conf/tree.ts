/** A word as written. Offsets count in the text that was parsed; `expanded.ts` leads back to file, line and column. */
export interface Word {
  /** Without surrounding quotes. */
  readonly text: string;
  /** True when it stood in double quotes. */
  readonly quoted: boolean;
  /** True when its quote is never closed; its text is not to be used. */
  readonly unclosed?: true;
  readonly start: number;
  readonly end: number;
}

/** A comment, with its sign. */
export interface Comment {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A keyword with its values and, if it has one, its block. A block without a keyword before it has no words. */
export interface Directive {
  readonly words: readonly Word[];
  readonly block?: Block;
  /** Comments on the lines before it. */
  readonly leading: readonly Comment[];
  /** The comment at the end of its first line. */
  readonly trailing?: Comment;
}

/** What stands between braces. */
export interface Block {
  readonly open: number;
  /** Offset of the closing brace; absent when the file ends first. */
  readonly close?: number;
  readonly directives: readonly Directive[];
  /** Comments after the last directive. */
  readonly comments: readonly Comment[];
}

/** A whole text. */
export interface Document {
  readonly directives: readonly Directive[];
  readonly comments: readonly Comment[];
  /** Offsets of closing braces that close nothing. */
  readonly strayCloses: readonly number[];
}
