/** Which of a node's folders can be used: those that can be written to and whose disks are not too full. */
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Health {
  readonly healthy: boolean;
  /** Empty when nothing is wrong; a healthy node may still have something to complain of. */
  readonly report: string;
}

/** What a look at a folder found. */
export interface FolderReading {
  readonly path: string;
  /** What the NodeManager may still use of its disk. */
  readonly freeMb: number;
  readonly usedPercent: number;
  /** Why it can't be written to. */
  readonly error?: string;
}

export interface DiskLimits {
  /** A fuller disk is too full. */
  readonly maxUtilizationPercent: number;
  /** A disk with less free space is too full. */
  readonly minFreeMb: number;
  /** 0…1: with fewer good folders of a kind the node is unhealthy. */
  readonly minHealthyShare: number;
}

const MB = 1024 * 1024;
const PROBE = '.disk-probe';

/** Makes the folder if it is missing, writes a file, and asks for the space on its disk. */
export async function readFolder(path: string): Promise<FolderReading> {
  const probe = join(path, PROBE);
  try {
    await mkdir(path, { recursive: true });
    const { blocks, bavail, bfree, bsize } = await statfs(path);
    const usedBlocks = blocks - bfree;
    // What only root may use does not count, as in df.
    const usedPercent = (usedBlocks / Math.max(1, usedBlocks + bavail)) * 100;
    // Permissions alone say little: root has them all, and a disk may have become read-only.
    await writeFile(probe, 'written to see whether it can be\n');
    await rm(probe);
    return { path, usedPercent, freeMb: Math.floor((bavail * bsize) / MB) };
  } catch (error) {
    return { path, usedPercent: 0, freeMb: 0, error: (error as Error).message };
  }
}

/** Why a folder gets no new containers; undefined = it is good. Pure. */
export function complaintOf(reading: FolderReading, limits: DiskLimits): string | undefined {
  const { error, freeMb, path, usedPercent } = reading;
  const { maxUtilizationPercent, minFreeMb } = limits;
  if (error !== undefined) return `${path} cannot be used: ${error}.`;
  if (usedPercent > maxUtilizationPercent) {
    return `The disk of ${path} is ${usedPercent.toFixed(1)} % full, over ${maxUtilizationPercent} %.`;
  }
  return freeMb < minFreeMb ? `The disk of ${path} has ${freeMb} MB free, under ${minFreeMb} MB.` : undefined;
}

/**
 * A node needs some share of its folders of each kind, and at least one. Pure.
 * @param complaints of those folders that are not good
 */
export function healthOfFolders(
  kind: string,
  folderCount: number,
  complaints: readonly string[],
  minHealthyShare: number,
): Health {
  if (complaints.length === 0) return { healthy: true, report: '' };
  const good = folderCount - complaints.length;
  return {
    healthy: good > 0 && good / folderCount >= minHealthyShare,
    report: `${good} of ${folderCount} ${kind} folders can be used. ${complaints.join(' ')}`,
  };
}
