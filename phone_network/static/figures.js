// Digits that are said in words, one by one, as figures: what is heard has to be typed or compared.

const WORDS = {
  de: ["null", "eins", "zwo", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"],
  en: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
  es: ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"],
};
const FEWEST = 3; // fewer are a way of speaking, not a code

// The digits of a run in one language, its groups apart; a comma parts digits, a full stop groups.
function run(text, words) {
  const one = `(?:${words.join("|")})`;
  const found = text.match(new RegExp(`(?<!\\p{L})${one}(?:[,.] ${one})+(?!\\p{L})`, "iu"));
  const groups = found ? found[0].toLowerCase().split(". ") : [];
  return groups.map((group) => group.split(", ").map((word) => words.indexOf(word)).join(""));
}

// The first code in a text, as figures; "" where there is none.
export function figures(text) {
  for (const words of Object.values(WORDS)) {
    const groups = run(text, words);
    if (groups.join("").length >= FEWEST) return groups.join(" ");
  }
  return "";
}
