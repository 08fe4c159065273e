package weft.peer;

/** The record of W1 and W7; a POJO, so that Flink's own serializer takes it. */
public class Reading {
    public long id;
    public int key;
    public long ts;
    public double value;

    public Reading() {}
}
