import type { TenantId } from "@parley/contracts";

/** The two streams of a partition. The braces put both into the same slot of a Redis Cluster, so that one transaction may write both. */
export type Streams = {
  /** Every event, for followers. */
  events: string;
  /** Stored events alone, for groups: a flood of passing ones can't push out what nobody has handled yet. */
  stored: string;
};

/** Keys say nothing of whose events they hold. */
export function streamsOf(partition: number, prefix: string): Streams {
  return { events: `${prefix}:{p${partition}}:events`, stored: `${prefix}:{p${partition}}:stored` };
}

/** All of a tenant's events are in one partition, which keeps their order. FNV-1a: the same in every process and release. */
export function partitionOf(tenantId: TenantId, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < tenantId.length; place++) {
    hash = Math.imul(hash ^ tenantId.charCodeAt(place), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}
