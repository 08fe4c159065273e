/** Takes out of the array, in place, what the condition does not hold for. */
export function keepOnly<T>(elements: T[], condition: (element: T) => boolean): void {
  let kept = 0;
  for (const element of elements) if (condition(element)) elements[kept++] = element;
  elements.length = kept;
}
