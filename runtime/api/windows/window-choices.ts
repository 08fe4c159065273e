/** What a program says about its windows, call by call, until a function makes an operator of it. */
import {
  MergingWindowAssigner,
  OutputTag,
  WindowAssigner,
  type Evictor,
  type Trigger,
  type Window,
} from '../../functions/index.js';
import type { WindowSettings } from '../../graph/window-spec.js';
import { apiError } from '../api-error.js';
import { durationMs, type Duration } from '../checks.js';
import { EventTimeTrigger } from './triggers/event-time-trigger.js';
import { ProcessingTimeTrigger } from './triggers/processing-time-trigger.js';

export class WindowChoices {
  private chosenTrigger: Trigger<unknown, Window> | undefined;
  private chosenEvictor: Evictor<unknown> | undefined;
  private latenessMs = 0;
  private chosenTag: string | undefined;

  /** @throws API_BAD_ARGUMENT */
  constructor(private readonly assigner: WindowAssigner<unknown, Window>) {
    if (!(assigner instanceof WindowAssigner)) {
      throw apiError(
        'API_BAD_ARGUMENT',
        'window() needs a window assigner, e.g. TumblingEventTimeWindows.of(Time.seconds(5)).',
      );
    }
  }

  /** @throws API_BAD_ARGUMENT */
  trigger(trigger: Trigger<unknown, Window>): void {
    if (typeof (trigger as Partial<typeof trigger> | null)?.onElement !== 'function') {
      throw apiError('API_BAD_ARGUMENT', 'trigger() needs a Trigger, e.g. CountTrigger.of(10).');
    }
    if (this.assigner instanceof MergingWindowAssigner && !trigger.canMerge()) {
      throw apiError(
        'API_BAD_ARGUMENT',
        `${trigger.constructor.name} cannot be used with windows that merge, like sessions.`,
      );
    }
    this.chosenTrigger = trigger;
  }

  /** @throws API_BAD_ARGUMENT */
  evictor(evictor: Evictor<unknown>): void {
    if (typeof (evictor as Partial<typeof evictor> | null)?.evictBefore !== 'function') {
      throw apiError('API_BAD_ARGUMENT', 'evictor() needs an Evictor, e.g. CountEvictor.of(10).');
    }
    this.chosenEvictor = evictor;
  }

  /** @throws API_BAD_ARGUMENT */
  allowedLateness(lateness: Duration): void {
    this.latenessMs = durationMs('The allowed lateness', lateness);
  }

  /** @throws API_BAD_ARGUMENT */
  sideOutputLateData(tag: OutputTag<unknown>): void {
    if (!(tag instanceof OutputTag)) {
      throw apiError('API_BAD_ARGUMENT', 'sideOutputLateData() was given something else than an OutputTag.');
    }
    this.chosenTag = tag.id;
  }

  /** Flink's name of the operator. */
  get name(): string {
    return this.assigner.constructor.name;
  }

  get lateTag(): string | undefined {
    return this.chosenTag;
  }

  get settings(): WindowSettings {
    const { assigner, chosenTrigger, chosenEvictor, latenessMs } = this;
    const Default = assigner.isEventTime() ? EventTimeTrigger : ProcessingTimeTrigger;
    return {
      assigner,
      trigger: assigner.grid !== undefined && chosenTrigger instanceof Default ? undefined : chosenTrigger,
      evictor: chosenEvictor,
      allowedLatenessMs: latenessMs,
    };
  }
}
