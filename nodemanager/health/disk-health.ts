/** Whether the node can take containers: its folders are writable and their disks not too full. */
import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';

export interface Health {
  readonly healthy: boolean;
  /** Empty when healthy. */
  readonly report: string;
}

/** @param maxUtilizationPercent a fuller disk is too full */
export async function checkDisks(folders: readonly string[], maxUtilizationPercent: number): Promise<Health> {
  const complaints: string[] = [];
  for (const folder of folders) {
    try {
      await access(folder, constants.W_OK);
      const { blocks, bavail, bfree } = await statfs(folder);
      const usedBlocks = blocks - bfree;
      // What only root may use does not count, as in df.
      const usedPercent = (usedBlocks / Math.max(1, usedBlocks + bavail)) * 100;
      if (usedPercent > maxUtilizationPercent) {
        complaints.push(`The disk of ${folder} is ${usedPercent.toFixed(1)} % full, over ${maxUtilizationPercent} %.`);
      }
    } catch (error) {
      complaints.push(`${folder} cannot be used: ${(error as Error).message}`);
    }
  }
  return { healthy: complaints.length === 0, report: complaints.join(' ') };
}
