/** The memory plan of a TaskManager, and what a job uses of it, for `weft info`. */
import type { Configuration } from '../../runtime/common/config/index.js';
import { formatBytes } from '../../runtime/common/units.js';
import type { TaskManagerMemory } from '../../runtime/jobmanager/rest/memory.js';
import { describeMemory, memorySharesOf, planMemory } from '../../runtime/taskmanager/memory-plan.js';

/** What a TaskManager with this configuration would have. @throws TASKMANAGER_MEMORY_IMPOSSIBLE */
export function memoryPlanText(configuration: Configuration): string {
  const shares = memorySharesOf(configuration);
  return planLines('Memory of a TaskManager', shares.slots, planMemory(shares)).join('\n');
}

export function memoryInUseText(memory: readonly TaskManagerMemory[]): string {
  return memory
    .flatMap(({ taskManager, slots, plan, managed }) => [
      ...planLines(`Memory of TaskManager ${taskManager}`, slots, plan),
      ...managed.flatMap(({ slot, usedBytes, totalBytes, owners }) => [
        `  slot ${slot} uses ${formatBytes(usedBytes)} of ${formatBytes(totalBytes)} managed memory`,
        ...owners.map(
          ({ owner, usedBytes: used, budgetBytes, spilledBytes }) =>
            `    ${owner}: ${formatBytes(used)} of ${formatBytes(budgetBytes)}` +
            (spilledBytes === 0 ? '' : `, ${formatBytes(spilledBytes)} went to files`),
        ),
      ]),
    ])
    .join('\n');
}

function planLines(title: string, slots: number, plan: TaskManagerMemory['plan']): string[] {
  const heap = formatBytes(plan.heapBytes / slots);
  const managed = formatBytes(plan.managedBytes / slots);
  return [title, `  ${describeMemory(plan)}`, `  for each of ${slots} slots: heap ${heap}, managed ${managed}`];
}
