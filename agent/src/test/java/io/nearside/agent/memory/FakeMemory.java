package io.nearside.agent.memory;

/** A process with memory in plenty. */
public final class FakeMemory implements MemoryFigures {
  /** Half a heap of 100 bytes, a tenth of the buffers, four fifths of the container. */
  public static final MemorySample SAMPLE = new MemorySample(100, 50, 10, 1, 10, 80, 100);

  @Override
  public MemorySample sample() {
    return SAMPLE;
  }

  @Override
  public long shrinks() {
    return 3;
  }

  @Override
  public boolean refusesClients() {
    return false;
  }
}
