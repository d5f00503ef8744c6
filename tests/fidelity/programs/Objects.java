import java.util.HashMap;

/** A map of objects that the collector has moved about, of which the first two fifths are read every 50 ms. */
public class Objects {
  static long sum;

  public static void main(String[] args) throws InterruptedException {
    HashMap<Integer, byte[]> map = new HashMap<>();
    // Made once: nothing becomes garbage below, and no collection touches everything in the midst of a measurement.
    Integer[] keys = new Integer[200_000];
    for (int i = 0; i < keys.length; i++) map.put(keys[i] = i, new byte[1000]);
    System.gc();
    System.out.println("ready");
    while (true) {
      for (int i = 0; i < 80_000; i++) sum += map.get(keys[i])[i % 1000];
      Thread.sleep(50);
    }
  }
}
