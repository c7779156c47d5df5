import type { IToken } from "chevrotain";
import { AnyWord, Close, CommentText, chevrotain, LineEnd, Open, tokenize, tokenTypes } from "./tokens.ts";
import type { Block, Comment, Directive, Document, Word } from "./tree.ts";

const { EmbeddedActionsParser } = chevrotain;

/** What a rule collects while it reads; plain and mutable only here. */
interface Collected {
  readonly directives: Directive[];
  comments: Comment[];
  readonly strayCloses: number[];
}

/**
 * The block language: a file is lines; a line is words; `{` after words, on the same or a later line, opens a block
 * and `}` closes it; both also end a line (keepalived-syntax.md section 3). Every order of tokens has a place in this
 * grammar, also a brace too many or too few, so that one slip never hides the rest of the file.
 */
class BlockParser extends EmbeddedActionsParser {
  constructor() {
    super(tokenTypes, { skipValidations: true, recoveryEnabled: false, maxLookahead: 1 });
    this.performSelfAnalysis();
  }

  /** The whole text. */
  readonly document = this.RULE("document", (): Document => {
    const found = collected();
    this.MANY(() => {
      this.OR([
        { ALT: () => this.SUBRULE(this.item, { ARGS: [found] }) },
        { ALT: () => found.strayCloses.push(this.CONSUME(Close).startOffset) },
      ]);
    });
    return found;
  });

  /** Anything but a closing brace: a line, or a block that no keyword introduces. */
  readonly item = this.RULE("item", (into: Collected): void => {
    this.OR([
      { ALT: () => this.CONSUME(LineEnd) },
      {
        ALT: () => {
          const token = this.CONSUME(CommentText);
          this.ACTION(() => into.comments.push(commentOf(token)));
        },
      },
      {
        ALT: () => {
          const directive = this.SUBRULE(this.statement, { ARGS: [into] });
          this.ACTION(() => into.directives.push(directive));
        },
      },
      {
        ALT: () => {
          const leading = this.ACTION(() => takeComments(into));
          const block = this.SUBRULE(this.block);
          this.ACTION(() => into.directives.push({ words: [], leading, block }));
        },
      },
    ]);
  });

  /** Words, then perhaps a block. */
  readonly statement = this.RULE("statement", (into: Collected): Directive => {
    const leading = this.ACTION(() => takeComments(into));
    const words: Word[] = [];
    const comments: Comment[] = [];
    let block: Block | undefined;
    this.AT_LEAST_ONE(() => {
      const token = this.CONSUME(AnyWord);
      this.ACTION(() => words.push(wordOf(token)));
    });
    this.OPTION(() => {
      const token = this.CONSUME(CommentText);
      this.ACTION(() => comments.push(commentOf(token)));
    });
    this.OPTION1({
      GATE: () => this.#blockFollows(),
      DEF: () => {
        this.SUBRULE(this.gap, { ARGS: [comments] });
        block = this.SUBRULE1(this.block);
      },
    });
    const [trailing, ...others] = comments;
    const before = others.length === 0 ? leading : this.ACTION(() => [...leading, ...others]);
    return {
      words: fitted(words),
      leading: before,
      ...(block ? { block } : {}),
      ...(trailing ? { trailing } : {}),
    };
  });

  /** Line ends and comments between a keyword and its `{`. */
  readonly gap = this.RULE("gap", (comments: Comment[]): void => {
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(LineEnd) },
        {
          ALT: () => {
            const token = this.CONSUME(CommentText);
            this.ACTION(() => comments.push(commentOf(token)));
          },
        },
      ]);
    });
  });

  /** From `{` to its `}`, or to the end of the text when that is missing. */
  readonly block = this.RULE("block", (): Block => {
    const found = collected();
    const open = this.CONSUME(Open).startOffset;
    this.MANY(() => this.SUBRULE(this.item, { ARGS: [found] }));
    let close: number | undefined;
    this.OPTION(() => {
      close = this.CONSUME(Close).startOffset;
    });
    const { directives, comments } = found;
    return {
      open,
      directives: fitted(directives),
      comments: fitted(comments),
      ...(close === undefined ? {} : { close }),
    };
  });

  /** True when nothing but line ends and comments stand before the next `{`. */
  #blockFollows(): boolean {
    for (let ahead = 1; ; ahead++) {
      const type = this.LA(ahead).tokenType;
      if (type === Open) return true;
      if (type !== LineEnd && type !== CommentText) return false;
    }
  }
}

/** The comments collected so far belong to what comes next. */
function takeComments(into: Collected): readonly Comment[] {
  const taken = into.comments;
  if (taken.length > 0) into.comments = [];
  return taken.length > 0 ? taken : noComments;
}

const noComments: readonly Comment[] = [];

/** The same in a list without spare room: one that grew by push keeps sixteen places, which is most of a large tree. */
function fitted<Item>(items: readonly Item[]): readonly Item[] {
  return items.slice();
}

function collected(): Collected {
  return { directives: [], comments: [], strayCloses: [] };
}

function commentOf(token: IToken): Comment {
  return { text: token.image, start: token.startOffset, end: endOf(token) };
}

function wordOf(token: IToken): Word {
  const quoted = token.image.startsWith('"');
  const closed = quoted && token.image.length > 1 && token.image.endsWith('"');
  const text = quoted ? token.image.slice(1, closed ? -1 : undefined) : token.image;
  const word = { text, quoted, start: token.startOffset, end: endOf(token) };
  return quoted && !closed ? { ...word, unclosed: true } : word;
}

function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

let parser: BlockParser | undefined;

/** No keyword stands more than four blocks deep; what is deeper is read as if its braces were not there. */
const DEPTH_LIMIT = 64;

function withoutDepth(tokens: IToken[]): IToken[] {
  let depth = 0;
  let deepest = 0;
  const tooDeep = new Set<IToken>();
  for (const token of tokens) {
    if (token.tokenType === Open) deepest = Math.max(deepest, ++depth);
    if (token.tokenType !== Open && token.tokenType !== Close) continue;
    if (depth > DEPTH_LIMIT) tooDeep.add(token);
    if (token.tokenType === Close) depth = Math.max(0, depth - 1);
  }
  return deepest > DEPTH_LIMIT ? tokens.filter((token) => !tooDeep.has(token)) : tokens;
}

/** Reads text into a tree. Never fails; a missing or surplus brace shows in the tree (`Block.close`, `strayCloses`). */
export function parse(text: string): Document {
  parser ??= new BlockParser();
  parser.input = withoutDepth(tokenize(text));
  const document = parser.document();
  // The tokens of a large file are not to live as long as the parser.
  parser.input = [];
  return document;
}
