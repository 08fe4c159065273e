/** Offers the metrics of a TaskManager and its subtasks to Prometheus. */
import { clusterOptions, memoryOptions } from '../../common/config/index.js';
import { PrometheusReporter } from '../../common/metrics/index.js';
import { refusalFamily } from '../../common/security/refusals.js';
import type { TaskManagerNetwork } from '../../exchange/index.js';
import { MeasuredTasks } from '../measured-tasks.js';
import { taskManagerFamilies } from '../metric-families.js';
import type { TaskExecutor } from '../task-executor.js';
import type { TaskManagerOptions } from './task-manager.js';

export class MetricsReport {
  private constructor(
    private readonly reporter: PrometheusReporter,
    private readonly tasks: MeasuredTasks,
  ) {}

  /** Undefined when there is none to be, or no port for it. */
  static async start(
    { settings, clock, log }: TaskManagerOptions,
    executor: TaskExecutor,
    network: TaskManagerNetwork,
  ): Promise<MetricsReport | undefined> {
    const { configuration, nodeHost, resourceId } = settings;
    const tasks = new MeasuredTasks(executor, clock);
    const reporter = await PrometheusReporter.start({
      configuration,
      host: configuration.get(clusterOptions.taskManagerBindHost),
      log,
      collect: () => [
        refusalFamily('flink_taskmanager', network.refusals),
        ...taskManagerFamilies({
          labels: { host: nodeHost, tm_id: resourceId },
          segmentBytes: configuration.get(memoryOptions.segmentSize),
          ...network.usage,
          tasks: tasks.list(),
        }),
      ],
    });
    if (reporter !== undefined) return new MetricsReport(reporter, tasks);
    tasks.close();
    return undefined;
  }

  async close(): Promise<void> {
    this.tasks.close();
    await this.reporter.close();
  }
}
