// Digits that are said in words, one by one, as figures: what is heard has to be typed or compared.

const WORDS = {
  ar: ["صفر", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"],
  de: ["null", "eins", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
  en: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
  es: ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
  fr: ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
  hi: ["शून्य", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ"],
  it: ["zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"],
  ja: ["ゼロ", "イチ", "ニー", "サン", "ヨン", "ゴー", "ロク", "ナナ", "ハチ", "キュー"],
  ko: ["공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"],
  nl: ["nul", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"],
  pl: ["zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć"],
  pt: ["zero", "um", "dois", "três", "quatro", "cinco", "meia", "sete", "oito", "nove"],
  ru: ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"],
  sv: ["noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio"],
  tr: ["sıfır", "bir", "iki", "üç", "dört", "beş", "altı", "yedi", "sekiz", "dokuz"],
  zh: ["零", "幺", "二", "三", "四", "五", "六", "七", "八", "九"],
};
const FEWEST = 3; // fewer are a way of speaking, not a code
// What stands between digits, and between the groups of a code, as each script writes them.
const BETWEEN_DIGITS = "(?:[,،] |[、，])";
const BETWEEN_GROUPS = "(?:[.।] |。)";

function groups(text, words) {
  const one = `(?:${words.join("|")})`;
  const group = `${one}(?:${BETWEEN_DIGITS}${one})+`;
  const code = `(?<!\\p{L})${group}(?:${BETWEEN_GROUPS}${group})*(?![\\p{L}\\p{M}])`;
  const found = text.match(new RegExp(code, "iu"));
  if (!found) return [];
  const figure = (word) => words.indexOf(word.toLowerCase());
  const figures = (each) => each.split(new RegExp(BETWEEN_DIGITS)).map(figure).join("");
  return found[0].split(new RegExp(BETWEEN_GROUPS)).map(figures);
}

// The first code in a text, as figures, in the groups it is said in; "" where there is none. Some
// words are the same in several languages, so the language that makes the most of it is the one.
export function figures(text) {
  const codes = Object.values(WORDS).map((words) => groups(text, words));
  const length = (code) => code.join("").length;
  const longest = codes.reduce((best, each) => (length(each) > length(best) ? each : best), []);
  return length(longest) < FEWEST ? "" : longest.join(" ");
}
