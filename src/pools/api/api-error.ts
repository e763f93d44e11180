/** What an operation refuses with: always HTTP 400, told apart by its type. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** AWS's name of the exception, e.g. `ResourceNotFoundException`. */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export const invalidParameter = (message: string): ApiError =>
  new ApiError('InvalidParameterException', message);

export const notFound = (message: string): ApiError =>
  new ApiError('ResourceNotFoundException', message);

export const notAuthorized = (message: string): ApiError =>
  new ApiError('NotAuthorizedException', message);

export const userNotFound = (): ApiError =>
  new ApiError('UserNotFoundException', 'User does not exist.');
