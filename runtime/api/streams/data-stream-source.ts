import { SingleOutputStreamOperator } from './single-output-stream-operator.js';

/** Where records come from. */
export class DataStreamSource<T> extends SingleOutputStreamOperator<T> {}
