// What the till does better with JavaScript.
