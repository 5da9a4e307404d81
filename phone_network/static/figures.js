// Digits that are said in words, one by one, as figures: what is heard has to be typed or compared.

const WORDS = {
  de: ["null", "eins", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
  en: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
  es: ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
};
const FEWEST = 3; // fewer are a way of speaking, not a code
const GROUP = { 12: 4 }; // a code of so many digits is written in groups of so many

function run(text, words) {
  const one = words.join("|");
  const found = text.match(new RegExp(`(?<!\\p{L})(?:${one})(?:, (?:${one}))+(?!\\p{L})`, "iu"));
  return found ? found[0].split(", ").map((word) => words.indexOf(word.toLowerCase())) : [];
}

// The first code in a text, as figures; "" where there is none.
export function figures(text) {
  for (const words of Object.values(WORDS)) {
    const digits = run(text, words);
    if (digits.length < FEWEST) continue;
    const width = GROUP[digits.length] ?? digits.length;
    return digits.join("").replace(new RegExp(`(.{${width}})(?=.)`, "g"), "$1 ");
  }
  return "";
}
