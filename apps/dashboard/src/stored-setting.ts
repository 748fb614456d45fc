import { useSyncExternalStore } from "react";

/** A choice that this browser keeps: one of a few words. */
export type StoredSetting<T extends string> = {
  read(): T;
  write(value: T): void;
  subscribe(listener: () => void): () => void;
};

/**
 * @param key where it is stored
 * @param values what it may be; the first holds until something else is chosen, and is not stored
 */
export function storedSetting<T extends string>(key: string, values: readonly [T, ...T[]]): StoredSetting<T> {
  const listeners = new Set<() => void>();
  return {
    read() {
      const stored = localStorage.getItem(key);
      return values.find((value) => value === stored) ?? values[0];
    },
    write(value) {
      if (value === values[0]) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStoredSetting<T extends string>(setting: StoredSetting<T>): T {
  return useSyncExternalStore(setting.subscribe, setting.read);
}
