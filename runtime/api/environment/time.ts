const UNITS_MS = { MILLISECONDS: 1, SECONDS: 1000, MINUTES: 60_000, HOURS: 3_600_000, DAYS: 86_400_000 } as const;

export type TimeUnit = keyof typeof UNITS_MS;

/** A span of time with its unit, as Flink's programs write it. */
export class Time {
  private constructor(private readonly milliseconds: number) {}

  static of(size: number, unit: TimeUnit): Time {
    return new Time(size * UNITS_MS[unit]);
  }

  static milliseconds(size: number): Time {
    return Time.of(size, 'MILLISECONDS');
  }

  static seconds(size: number): Time {
    return Time.of(size, 'SECONDS');
  }

  static minutes(size: number): Time {
    return Time.of(size, 'MINUTES');
  }

  static hours(size: number): Time {
    return Time.of(size, 'HOURS');
  }

  static days(size: number): Time {
    return Time.of(size, 'DAYS');
  }

  toMilliseconds(): number {
    return this.milliseconds;
  }

  toString(): string {
    return `${this.milliseconds} ms`;
  }
}
