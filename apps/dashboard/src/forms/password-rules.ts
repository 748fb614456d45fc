/** As the server has them (`passwordLength` of the contracts, which a test compares); in characters as people count them. */
export const shortestPassword = 15;
export const shortestWithSecondFactor = 8;
