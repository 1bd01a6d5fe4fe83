// The process as a place for secrets.
#pragma once

namespace keys {

// Nothing of the process's memory leaves it: no core dump is written or piped to a collector (RLIMIT_CORE and
// PR_SET_DUMPABLE are 0), and no other process of the same user reads it by ptrace or /proc/PID/mem.
//
// What it costs: a crash leaves its log and no core file; gdb, strace, perf and heap profilers attach as root
// only, and /proc/PID belongs to root, so that monitors of the same user do not see the environment, the open
// files or the maps. Child processes have the limit, too; an exec gives them back the rest.
//
// To be called once, early, before a secret is read and before other threads begin.
// Errors: std::system_error when the kernel refuses, which it does not.
void keepSecretsInMemory();

}  // namespace keys
