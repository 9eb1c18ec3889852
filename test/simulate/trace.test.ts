import { describe, expect, it } from "vitest";
import { readTrace } from "../../src/simulate/trace/read-trace.ts";

const GIB = 1024 ** 3;

describe("a trace", () => {
  it("of Nextflow gives what ran to its end, in the order of submission", () => {
    const text = [
      "process\ttag\tstatus\tcpus\ttime\tmemory\tsubmit\trealtime\t%cpu\tpeak_rss\trchar",
      `align\ts2\tCOMPLETED\t4\t3600000\t${8 * GIB}\t2000\t60000\t350.5\t${2 * GIB}\t1000`,
      `align\ts1\tCOMPLETED\t4\t-\t${8 * GIB}\t1000\t30000\t100\t${GIB}\t-`,
      `align\ts3\tFAILED\t4\t-\t${8 * GIB}\t1500\t30000\t100\t${GIB}\t-`,
    ].join("\n");
    expect(readTrace(text)).toEqual({
      tasks: [
        {
          id: 1,
          key: { task_type: "worker", task_name: "align", subject: "s1", context: "" },
          submitMs: 1000,
          seconds: 30,
          memory: GIB,
          cpus: 1,
          asked: { memory: 8 * GIB, cpu_count: 4, duration: 3600 },
        },
        {
          id: 2,
          key: { task_type: "worker", task_name: "align", subject: "s2", context: "" },
          submitMs: 2000,
          seconds: 60,
          memory: 2 * GIB,
          cpus: 3.505,
          input_size: 1000,
          asked: { memory: 8 * GIB, cpu_count: 4, duration: 3600 },
        },
      ],
      left_out: 1,
      notes: [],
    });
  });

  it("of several executions has them one after the other, and a careful user imagined", () => {
    const text = [
      "workflow,run,task_type,task_id,started_at,runtime_s,peak_mem_bytes,avg_cpu_pct,cores,input_bytes",
      `w,late,t,t_1,2024-01-01T00:00:10Z,5,${GIB / 2},100,1,10`,
      `w,early,t,t_1,2023-01-01T00:00:00Z,20,${1.5 * GIB},250,1,10`,
    ].join("\n");
    const { tasks, notes } = readTrace(text)!;
    expect(tasks.map(({ submitMs, seconds }) => [submitMs, seconds])).toEqual([
      [0, 20],
      [20_000, 5],
    ]);
    expect(tasks[0]!.asked).toEqual({ memory: 2 * GIB, cpu_count: 3, duration: 3600 });
    expect(notes).toEqual([
      "its 2 executions are put one after the other, without the time between them",
      "it does not say what users asked for: the task's largest peak, in whole GiB, and whole cores, is taken",
    ]);
  });

  it("without times is submitted at once", () => {
    const lotaru =
      "Label,Machine,Workflow,Task,Realtime,%cpu,cpus,memory,peak_rss,TaskInputSize\na,m,w,T,5000,100,6,99,50,7";
    expect(readTrace(lotaru)).toMatchObject({
      tasks: [{ submitMs: 0, seconds: 5, input_size: 7, key: { task_name: "w.T", context: "m" } }],
      notes: ["it has no times: all is submitted at once"],
    });
    expect(readTrace("category,cores,memory,disk,cpu_time,wall_time\nx,1,100,5,8,10")).toMatchObject({
      tasks: [{ seconds: 10, cpus: 0.8, memory: 100 * 1024 ** 2 }],
    });
  });

  it("of another kind is none", () => {
    expect(readTrace("a,b,c\n1,2,3")).toBeUndefined();
    expect(readTrace("")).toBeUndefined();
  });
});
