import { durationMs, type Duration } from '../checks.js';

/** Settings of the whole job that are not about its topology; undefined: the configuration's. */
export class ExecutionConfig {
  private objectReuse: boolean | undefined;
  private watermarkIntervalMs: number | undefined;
  private parameters: Record<string, string> | undefined;

  /**
   * Chained operators hand over the record itself instead of a copy. Faster; functions must then neither keep nor change
   * a record that they received or emitted.
   * @default off
   */
  enableObjectReuse(): this {
    this.objectReuse = true;
    return this;
  }

  disableObjectReuse(): this {
    this.objectReuse = false;
    return this;
  }

  isObjectReuseEnabled(): boolean | undefined {
    return this.objectReuse;
  }

  /**
   * How often watermark generators are asked for their watermark; 0 = never, only what they emit at records counts.
   * @default 200 ms
   */
  setAutoWatermarkInterval(interval: Duration): this {
    this.watermarkIntervalMs = durationMs('The interval of setAutoWatermarkInterval()', interval);
    return this;
  }

  /** Milliseconds. */
  getAutoWatermarkInterval(): number | undefined {
    return this.watermarkIntervalMs;
  }

  /** Texts that every rich function finds in its runtime context, and the job's page shows. */
  setGlobalJobParameters(parameters: Readonly<Record<string, string | number | boolean>>): this {
    this.parameters = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)]));
    return this;
  }

  getGlobalJobParameters(): Readonly<Record<string, string>> | undefined {
    return this.parameters;
  }
}
